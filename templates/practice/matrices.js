// Small real matrices as arrays of rows.

/** @type {(n: number) => number[][]} */
const identity = (n) => Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
/** @type {(a: number[][], b: number[][]) => number[][]} */
const product = (a, b) => a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));
/** @type {(vector: number[]) => number} */
const norm = (vector) => Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
/** @type {(a: number[], b: number[]) => number[]} */
const difference = (a, b) => a.map((x, i) => x - b[i]);
/** @type {(matrix: number[][]) => boolean} */
const finite = (matrix) => matrix.every((row) => row.every(Number.isFinite));

// Eigenvalues (ascending) and unit eigenvectors of a symmetric matrix with one or two rows.
/** @type {(matrix: number[][]) => { values: number[]; vectors: number[][] }} */
function symmetric(matrix) {
  if (matrix.length === 1) return { values: [matrix[0][0]], vectors: [[1]] };
  const [[a, b], [, d]] = matrix;
  const middle = (a + d) / 2,
    reach = Math.hypot((a - d) / 2, b);
  const angle = Math.atan2(2 * b, a - d) / 2; // the direction of the larger eigenvalue
  const along = [Math.cos(angle), Math.sin(angle)];
  return { values: [middle - reach, middle + reach], vectors: [[-along[1], along[0]], along] };
}

// The largest modulus of an eigenvalue: roots of the characteristic polynomial (Faddeev and LeVerrier, then Durand
// and Kerner); NaN where an entry is not finite.
/** @type {(matrix: number[][]) => number} */
function spectralRadius(matrix) {
  if (!finite(matrix)) return NaN;
  const n = matrix.length;
  if (n === 1) return Math.abs(matrix[0][0]);
  let power = identity(n);
  const coefficients = [1];
  for (let k = 1; k <= n; k++) {
    const next = product(matrix, power);
    const c = -next.reduce((sum, row, i) => sum + row[i], 0) / k;
    coefficients.push(c);
    power = next.map((row, i) => row.map((x, j) => x + (i === j ? c : 0)));
  }
  if (n === 2) return quadraticRadius(coefficients[1], coefficients[2]);
  const scale = Math.max(1, ...coefficients.map(Math.abs));
  let roots = Array.from({ length: n }, (_, k) => [
    scale * Math.cos(0.4 + (2 * Math.PI * k) / n),
    scale * Math.sin(0.4 + (2 * Math.PI * k) / n),
  ]);
  /** @type {(a: number[], b: number[]) => number[]} */
  const multiply = ([a, b], [c, d]) => [a * c - b * d, a * d + b * c];
  /** @type {(a: number[], b: number[]) => number[]} */
  const divide = ([a, b], [c, d]) => [(a * c + b * d) / (c * c + d * d), (b * c - a * d) / (c * c + d * d)];
  for (let round = 0; round < 500; round++) {
    let moved = 0;
    roots = roots.map((root, i) => {
      const value = coefficients.reduce(
        (sum, c) => {
          const next = multiply(sum, root);
          return [next[0] + c, next[1]];
        },
        [0, 0],
      );
      const apart = roots.reduce(
        (all, other, j) => (i === j ? all : multiply(all, [root[0] - other[0], root[1] - other[1]])),
        [1, 0],
      );
      const change = divide(value, apart[0] || apart[1] ? apart : [1e-300, 0]);
      moved = Math.max(moved, Math.hypot(...change));
      return [root[0] - change[0], root[1] - change[1]];
    });
    if (moved < 1e-14 * scale) break;
  }
  return Math.max(...roots.map(([re, im]) => Math.hypot(re, im)));
}

// The largest modulus of a root of x^2 + b x + c.
/** @type {(b: number, c: number) => number} */
function quadraticRadius(b, c) {
  const inside = b * b - 4 * c;
  return inside < 0 ? Math.sqrt(c) : (Math.abs(b) + Math.sqrt(inside)) / 2;
}
