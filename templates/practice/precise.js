// Numbers of 960 bits, for comparing formulas: { top, power } is top times 2^power.  Null is a value that is missing.

const BITS = 960n;

/** @type {(top: bigint, power: bigint) => Precise} */
function kept(top, power) {
  const extra = BigInt(top ? bitsOf(top) : 0) - BITS;
  return extra > 0n ? { top: top >> extra, power: power + extra } : { top, power };
}
/** @type {(a: Ratio) => Precise} */
const preciseRatio = (a) => {
  const shift = BITS + BigInt(bitsOf(a.bottom));
  return kept((a.top << shift) / a.bottom, -shift);
};
/** @type {(n: bigint, by: bigint) => bigint} */
const shifted = (n, by) => (by >= 0n ? n << by : n >> -by);
/** @type {(a: Precise, places: bigint) => bigint} */
const fixed = (a, places) => shifted(a.top, a.power + places); // the whole number next to a 2^places
/** @type {(a: Precise) => bigint} */
const height = (a) => (a.top ? BigInt(bitsOf(a.top)) + a.power : -(10n ** 9n)); // |a| is below 2^height

/** @type {(a: Precise, b: Precise) => Precise} */
const preciseSum = (a, b) => {
  if (height(a) - height(b) > 3n * BITS || !b.top) return a;
  if (height(b) - height(a) > 3n * BITS || !a.top) return b;
  const power = a.power < b.power ? a.power : b.power;
  return kept((a.top << (a.power - power)) + (b.top << (b.power - power)), power);
};
/** @type {(a: Precise, b: Precise) => Precise} */
const preciseProduct = (a, b) => kept(a.top * b.top, a.power + b.power);
/** @type {(a: Precise) => Precise} */
const preciseOpposite = (a) => ({ top: -a.top, power: a.power });
/** @type {(a: Precise, b: Precise) => Precise | null} */
function preciseQuotient(a, b) {
  if (!b.top) return null;
  const shift = 2n * BITS;
  return kept((a.top << shift) / b.top, a.power - b.power - shift);
}
/** @type {(a: Precise, exponent: number) => Precise | null} */
function precisePower(a, exponent) {
  let result = { top: 1n, power: 0n };
  for (let left = Math.abs(exponent), square = a; left; left >>= 1, square = preciseProduct(square, square)) {
    if (left & 1) result = preciseProduct(result, square);
  }
  return exponent < 0 ? preciseQuotient({ top: 1n, power: 0n }, result) : result;
}

// --- constants and series in whole numbers of 2^-places --------------------------------------------------------------

// The sum of 1/((2k+1) x^(2k+1)), with alternating signs for the arc tangent.
/** @type {(x: bigint, places: bigint, alternating: boolean) => bigint} */
function arc(x, places, alternating) {
  let power = (1n << places) / x,
    sum = power;
  for (let k = 3n, sign = -1n; power; k += 2n, sign = -sign) {
    power /= x * x;
    sum += ((alternating ? sign : 1n) * power) / k;
  }
  return sum;
}
/** @type {Map<string, bigint>} */
const constants = new Map();
/** @type {(name: "pi" | "log 2", places: bigint) => bigint} */
function constant(name, places) {
  const key = `${name} ${places}`;
  const value =
    constants.get(key) ??
    (name === "pi"
      ? 16n * arc(5n, places, true) - 4n * arc(239n, places, true)
      : 18n * arc(26n, places, false) - 2n * arc(4801n, places, false) + 8n * arc(8749n, places, false));
  constants.set(key, value);
  return value;
}
/** @type {(x: bigint, places: bigint, next: (term: bigint, k: bigint) => bigint) => bigint} */
function series(x, places, next) {
  let term = 1n << places,
    sum = term;
  for (let k = 1n; term && term !== -1n; k++) {
    // shifting rounds down, so a negative term ends at -1
    term = next(term, k);
    sum += term;
  }
  return sum;
}

/** @type {(a: Precise) => Precise | null} */
function preciseExp(a) {
  if (height(a) > 21n) return a.top > 0n ? null : { top: 0n, power: 0n };
  const places = BITS + 64n,
    x = fixed(a, places),
    two = constant("log 2", places);
  const count = x / two,
    rest = (x - count * two) >> 16n; // e^x = 2^count e^rest
  let value = series(rest, places, (term, k) => ((term * rest) >> places) / k);
  for (let k = 0; k < 16; k++) value = (value * value) >> places;
  return kept(value, count - places);
}
/** @type {(a: Precise) => Precise | null} */
function preciseLog(a) {
  if (a.top <= 0n) return null;
  const places = BITS + 64n,
    top = height(a);
  const near = Math.log(Number(shifted(a.top, a.power - top + 60n)) / 2 ** 60) + Number(top) * Math.LN2;
  let y = preciseRatio(exactFloat(near));
  for (let round = 0; round < 5; round++) {
    // Halley's method triples the digits
    const e = present(preciseExp(y)),
      change = present(preciseQuotient(preciseSum(a, preciseOpposite(e)), preciseSum(a, e)));
    y = preciseSum(y, { top: 2n * change.top, power: change.power });
  }
  return kept(fixed(y, places), -places);
}
/** @type {(a: Precise, start: 0 | 1) => Precise | null} */
function preciseTurn(a, start) {
  // start 0: the cosine, 1: the sine
  if (height(a) > 400n) return null;
  const places = BITS + 480n,
    x = fixed(a, places),
    circle = 2n * constant("pi", places),
    rest = x % circle;
  const square = (rest * rest) >> places;
  let term = start ? rest : 1n << places,
    sum = term;
  for (let k = BigInt(1 + start); term && term !== -1n; k += 2n) {
    term = -((term * square) >> places) / (k * (k + 1n));
    sum += term;
  }
  return kept(sum, -places);
}
/** @type {(a: Precise) => Precise | null} */
function preciseRoot(a) {
  if (a.top < 0n) return null;
  const power = a.power - 2n * BITS,
    even = power % 2n === 0n ? power : power - 1n;
  return kept(wholeRoot(a.top << (a.power - even)), even / 2n);
}
// The exact value of a finite float.
/** @type {(x: number) => Ratio} */
function exactFloat(x) {
  let power = 0;
  while (!Number.isInteger(x)) [x, power] = [2 * x, power + 1];
  return ratio(BigInt(x), 2n ** BigInt(power));
}

const UNIT = { top: 1n, power: 0n };
/** @type {(a: Precise, b: Precise) => Precise} */
const preciseMinus = (a, b) => preciseSum(a, preciseOpposite(b));
/** @type {(a: Precise) => bigint} */
const preciseSign = (a) => (a.top > 0n ? 1n : a.top < 0n ? -1n : 0n);
/** @type {Record<string, (...values: Precise[]) => Precise | null>} */
const PRECISELY = {
  "+": (...terms) => terms.reduce(preciseSum),
  "*": (...factors) => factors.reduce(preciseProduct),
  "-": preciseOpposite,
  "/": preciseQuotient,
  exp: preciseExp,
  log: preciseLog,
  sqrt: preciseRoot,
  sin: (a) => preciseTurn(a, 1),
  cos: (a) => preciseTurn(a, 0),
  tan: (a) => {
    const c = preciseTurn(a, 0);
    return c && preciseQuotient(present(preciseTurn(a, 1)), c);
  },
  tanh: (a) => {
    if (height(a) > 12n) return { top: preciseSign(a), power: 0n };
    const e = present(preciseExp({ top: 2n * a.top, power: a.power }));
    return preciseQuotient(preciseMinus(e, UNIT), preciseSum(e, UNIT));
  },
  sigmoid: (a) => {
    const e = preciseExp(preciseOpposite(a));
    return e ? preciseQuotient(UNIT, preciseSum(UNIT, e)) : { top: 0n, power: 0n };
  },
  abs: (a) => (a.top < 0n ? preciseOpposite(a) : a),
  sign: (a) => ({ top: preciseSign(a), power: 0n }),
  step: (a) => ({ top: preciseSign(a) + 1n, power: -1n }),
  relu: (a) => (a.top > 0n ? a : { top: 0n, power: 0n }),
  min: (...all) => all.reduce((a, b) => (preciseMinus(b, a).top < 0n ? b : a)),
  max: (...all) => all.reduce((a, b) => (preciseMinus(b, a).top > 0n ? b : a)),
};

// The value of a tree at a point of rationals, or null.
/** @type {(tree: Tree, point: RatioPoint) => Precise | null} */
function preciseValue(tree, point) {
  if (tree.number) return preciseRatio(tree.number);
  if (tree.name !== undefined) return preciseRatio(point[tree.name]);
  const values = tree.of.map((part) => preciseValue(part, point)).filter((value) => value !== null);
  if (values.length < tree.of.length) return null;
  if (tree.apply !== "^") return PRECISELY[tree.apply](...values);
  const exponent = present(exactValue(tree.of[1], {}));
  return precisePower(values[0], Number(exponent.top));
}
