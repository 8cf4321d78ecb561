// Exact rational numbers: { top, bottom } of BigInt in lowest terms, the bottom positive.

// A value that is surely there.
/** @type {<Value>(value: Value) => NonNullable<Value>} */
function present(value) {
  if (value === null || value === undefined) throw new RangeError("a value is missing");
  return value;
}

/** @type {(a: bigint, b: bigint) => bigint} */
function divisor(a, b) {
  if (a < 0n) a = -a;
  if (b < 0n) b = -b;
  while (b) [a, b] = [b, a % b];
  return a;
}

/** @type {(top: bigint, bottom?: bigint) => Ratio} */
function ratio(top, bottom = 1n) {
  if (bottom === 0n) throw new RangeError("division by zero");
  const common = divisor(top, bottom) || 1n;
  const sign = bottom < 0n ? -1n : 1n;
  return { top: (sign * top) / common, bottom: (sign * bottom) / common };
}

const ZERO = ratio(0n),
  ONE = ratio(1n),
  TWO = ratio(2n);

/** @type {(a: Ratio, b: Ratio) => Ratio} */
const plus = (a, b) => ratio(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
/** @type {(a: Ratio, b: Ratio) => Ratio} */
const minus = (a, b) => ratio(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom);
/** @type {(a: Ratio, b: Ratio) => Ratio} */
const times = (a, b) => ratio(a.top * b.top, a.bottom * b.bottom);
/** @type {(a: Ratio, b: Ratio) => Ratio} */
const over = (a, b) => ratio(a.top * b.bottom, a.bottom * b.top);
/** @type {(a: Ratio) => Ratio} */
const opposite = (a) => ({ top: -a.top, bottom: a.bottom });
/** @type {(a: Ratio) => Ratio} */
const size = (a) => (a.top < 0n ? opposite(a) : a);
/** @type {(a: { top: bigint }) => -1 | 0 | 1} */
const signOf = (a) => (a.top > 0n ? 1 : a.top < 0n ? -1 : 0);
/** @type {(a: Ratio, b: Ratio) => -1 | 0 | 1} */
const compare = (a, b) => signOf({ top: a.top * b.bottom - b.top * a.bottom });
/** @type {(a: Ratio, b: Ratio) => boolean} */
const same = (a, b) => a.top === b.top && a.bottom === b.bottom;

// The power with a whole exponent (a plain number).
/** @type {(a: Ratio, exponent: number) => Ratio} */
function raised(a, exponent) {
  const by = BigInt(Math.abs(exponent));
  return exponent < 0 ? ratio(a.bottom ** by, a.top ** by) : { top: a.top ** by, bottom: a.bottom ** by };
}

// The largest whole number that is not above.
/** @type {(a: Ratio) => bigint} */
function whole(a) {
  const quotient = a.top / a.bottom;
  return a.top < 0n && quotient * a.bottom !== a.top ? quotient - 1n : quotient;
}

// The square root if it is rational, else null.
/** @type {(a: Ratio) => Ratio | null} */
function root(a) {
  if (a.top < 0n) return null;
  const [top, bottom] = [wholeRoot(a.top), wholeRoot(a.bottom)];
  return top * top === a.top && bottom * bottom === a.bottom ? { top, bottom } : null;
}

/** @type {(n: bigint) => bigint} */
function wholeRoot(n) {
  if (n < 2n) return n;
  let guess = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + n / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

// Exact strings as an exam has them, and decimals: "-3/5", "0.25", "7", "1e-3".  Null for anything else.
/** @type {(text: string) => Ratio | null} */
function exact(text) {
  const found = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?(?:\/(\d+))?$/.exec(text);
  if (!found || !(found[2] || found[3])) return null;
  const [, sign, digits, places = "", exponent = "0", bottom = "1"] = found;
  const shift = Number(exponent) - places.length;
  const top = BigInt(digits + places || "0") * (shift > 0 ? 10n ** BigInt(shift) : 1n);
  if (/^0*$/.test(bottom)) return null;
  return ratio(sign === "-" ? -top : top, BigInt(bottom) * (shift < 0 ? 10n ** BigInt(-shift) : 1n));
}

// The same of a string that is exact, as all those of an exam are.
/** @type {(text: string) => Ratio} */
const exactly = (text) => present(exact(text));

/** @type {(n: bigint) => number} */
const bitsOf = (n) => (n < 0n ? -n : n).toString(2).length;
/** @type {(a: Ratio) => number} */
const bits = (a) => Math.max(bitsOf(a.top), bitsOf(a.bottom));

// The nearest float, also where top and bottom are too long for floats themselves.
/** @type {(a: Ratio) => number} */
function float(a) {
  const [top, bottom] = [Number(a.top), Number(a.bottom)];
  if (Math.abs(top) <= Number.MAX_SAFE_INTEGER && bottom <= Number.MAX_SAFE_INTEGER) return top / bottom;
  const shift = BigInt(Math.max(0, bitsOf(a.bottom) - bitsOf(a.top) + 66));
  const scaled = (a.top << shift) / a.bottom;
  return shift > 1000n
    ? Number(scaled) / 2 ** 1000 / 2 ** Number(shift - 1000n)
    : Number(scaled) / 2 ** Number(shift);
}
