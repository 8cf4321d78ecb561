// Formulas: the grammar of gdquiz, as docs/banks.md has it, read into trees and valued.
// A tree is { number }, { name } or { apply, of: [trees] }; a subtraction is a sum with an opposite.
// The tables and limits (functions, Greek letters, lengths) come from the Python grammar.

class Unreadable extends Error {
  /** @param {string} problem  @param {number} [column] */
  constructor(problem, column) {
    super(column === undefined ? problem : `${problem} at column ${column}`);
    this.problem = problem;
    this.column = column;
  }
}

/** @type {(greek: string) => RegExp} */
const tokenPattern = (greek) => {
  const number = String.raw`(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?`;
  const word = `[A-Za-z_][A-Za-z0-9_₀-₉]*|[${greek}](?:_[A-Za-z0-9₀-₉]+|[0-9₀-₉]*)`;
  const sign = String.raw`\*\*|[-+*/^(),−–·×∙⋅∗÷√]`;
  return new RegExp(`\\s+|(${number})|(${word})|(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(${sign})`, "uy");
};
/** @type {Record<string, string>} */
const SIGNS = { "−": "-", "–": "-", "·": "*", "×": "*", "∙": "*", "⋅": "*", "∗": "*", "÷": "/", "**": "^" };
/** @type {(text: string) => string} */
const plainDigits = (text) =>
  text
    .replace(/[₀-₉]/g, (d) => `${"₀₁₂₃₄₅₆₇₈₉".indexOf(d)}`)
    .replace(/[⁰¹²³⁴-⁹]/g, (d) => `${"⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(d)}`);

// The tokens of a text: { kind, text, column }, kinds being number, name, function and the signs themselves.
/** @type {(text: string, names: string[], grammar: Grammar) => Token[]} */
function scanned(text, names, grammar) {
  const pattern = tokenPattern(Object.keys(grammar.greek).join(""));
  /** @type {Token[]} */
  const tokens = [];
  /** @type {Put} */
  const put = (kind, value, column) => void tokens.push({ kind, text: value, column });
  let open = 0,
    column = 1;
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (!found) throw new Unreadable("something that is no formula", column);
    const [all, number, word, raisedDigits, sign] = found;
    if (number) put("number", number, column);
    else if (word) putWord(word, column, names, grammar, put);
    else if (raisedDigits) {
      put("^", "^", column);
      if (raisedDigits[0] === "⁻") put("-", "-", column);
      put("number", plainDigits(raisedDigits.replace("⁻", "")), column);
    } else if (sign) {
      if (sign === "(" && ++open > grammar.limits.open) throw new Unreadable("parentheses nested too deeply", column);
      if (sign === ")" && open) open--;
      if (sign === "√") put("function", "sqrt", column);
      else put(SIGNS[sign] || sign, sign, column);
    }
    column += [...all].length;
  }
  put("end", "", column);
  return tokens;
}

/** @type {(word: string, column: number, names: string[], grammar: Grammar, put: Put) => void} */
function putWord(word, column, names, grammar, put) {
  let name = plainDigits(word);
  if (grammar.greek[name[0]]) name = grammar.greek[name[0]] + name.slice(1);
  if (names.includes(name)) put("name", name, column);
  else if (name === "ln" || grammar.functions[name]) put("function", name === "ln" ? "log" : name, column);
  else if ([...word].every((letter) => names.includes(letter)))
    [...word].forEach((letter, at) => put("name", letter, column + at));
  else throw new Unreadable(`the unknown name '${word}'`, column);
}

// The tree that a text says, in the declared names.  Throws Unreadable; the work is bounded as in Python.
/** @type {(text: string, names: string[], grammar: Grammar) => Tree} */
function parsed(text, names, grammar) {
  const { limits } = grammar;
  if ([...text].length > limits.length) throw new Unreadable("a formula that is too long");
  if (!text.trim()) throw new Unreadable("an empty formula");
  const tokens = scanned(text, names, grammar);
  let at = 0;
  const next = () => tokens[at].kind;
  const take = () => tokens[at++];
  /** @type {(problem: string, column: number) => never} */
  const fail = (problem, column) => {
    throw new Unreadable(problem, column);
  };
  const unexpected = () =>
    fail(next() === "end" ? "an unexpected end" : `an unexpected '${tokens[at].text}'`, tokens[at].column);
  /** @type {(kind: string) => Token} */
  const expect = (kind) => (next() === kind ? take() : unexpected());

  // A part is its tree with what the limits need to know of it.
  /** @type {(part: Parsed) => Parsed} */
  const bounded = (part) => {
    if (part.depth > limits.depth) fail("a formula nested too deeply", part.column);
    if (part.nodes > limits.nodes) fail("a formula that is too large", part.column);
    return part;
  };
  /** @type {(apply: string, parts: Parsed[], column: number, known?: Partial<Parsed>) => Parsed} */
  const made = (apply, parts, column, known = {}) =>
    bounded({
      tree: { apply, of: parts.map((part) => part.tree) },
      column,
      depth: 1 + Math.max(...parts.map((part) => part.depth)),
      nodes: parts.reduce((sum, part) => sum + part.nodes, 1),
      degree: Math.max(...parts.map((part) => part.degree)),
      constant: null,
      ...known,
    });
  /** @type {(apply: "+" | "*", left: Parsed, right: Parsed) => Parsed} */
  const grown = (apply, left, right) => {
    const known = {
      degree: apply === "*" ? left.degree + right.degree : Math.max(left.degree, right.degree),
      constant:
        left.constant && right.constant ? (apply === "+" ? plus : times)(left.constant, right.constant) : null,
      open: true,
    };
    if (!left.open || left.tree.apply !== apply) return made(apply, [left, right], left.column, known);
    return bounded({
      tree: { apply, of: [...left.tree.of, right.tree] },
      column: left.column,
      depth: Math.max(left.depth, right.depth + 1),
      nodes: left.nodes + right.nodes,
      ...known,
    });
  };
  /** @type {(sign: Token, part: Parsed) => Parsed} */
  const negated = (sign, part) =>
    made("-", [part], sign.column, { degree: part.degree, constant: part.constant && opposite(part.constant) });
  /** @type {(base: Parsed, sign: Token, exponent: Parsed) => Parsed} */
  const power = (base, sign, exponent) => {
    if (!exponent.constant) fail("an exponent that is no number", sign.column);
    if (exponent.constant.bottom !== 1n) fail("an exponent that is no whole number", sign.column);
    const by = Number(exponent.constant.top);
    let degree = 0,
      constant = null;
    if (!base.constant) {
      degree = base.degree * Math.abs(by);
      if (Math.abs(by) > limits.power || degree > limits.degree) fail("an exponent that is too large", sign.column);
    } else {
      if (!base.constant.top && by < 0) fail("a division by zero", sign.column);
      if (Math.abs(by) > limits.constant_exponent || bits(base.constant) * Math.abs(by) > limits.power_bits)
        fail("a power that is too large", sign.column);
      constant = raised(base.constant, by);
    }
    return made("^", [base, exponent], base.column, { degree, constant });
  };

  // sign: what may stand in front; each rule of the grammar is a function.
  /** @type {(inner: () => Parsed) => () => Parsed} */
  const signedOr = (inner) => () => {
    if (next() === "-") return negated(take(), signedOr(inner)());
    if (next() === "+") return (take(), { ...signedOr(inner)(), open: false });
    return inner();
  };
  /** @type {() => Parsed} */
  const atom = () => {
    const token = take();
    switch (token.kind) {
      case "number":
        return numeral(token);
      case "name":
        return { tree: { name: token.text }, column: token.column, depth: 1, nodes: 1, degree: 1, constant: null };
      case "(": {
        const inside = sum();
        expect(")");
        return { ...inside, column: token.column, open: false };
      }
      case "function":
        return call(token);
      default:
        at--;
        return unexpected();
    }
  };
  /** @type {(token: Token) => Parsed} */
  const numeral = (token) => {
    const exponent = /[eE](.*)$/.exec(token.text)?.[1] ?? "0";
    const short = exponent.length <= 5 && Math.abs(Number(exponent)) <= 2 * limits.digits;
    const value = short ? exact(token.text) : null;
    const fits =
      value &&
      value.top < 10n ** BigInt(limits.digits) * value.bottom &&
      10n ** BigInt(limits.digits) % value.bottom === 0n;
    if (!fits) fail("a number that is too long", token.column);
    return { tree: { number: value }, column: token.column, depth: 1, nodes: 1, degree: 0, constant: value };
  };
  /** @type {(token: Token) => Parsed} */
  const call = (token) => {
    expect("(");
    const parts = [sum()];
    while (next() === ",") (take(), parts.push(sum()));
    expect(")");
    const [least, most] = grammar.functions[token.text];
    if (parts.length < least || (most !== null && parts.length > most))
      fail(`${token.text} with ${parts.length} arguments`, token.column);
    const inside = parts[0].constant;
    const missing = inside && (inside.top < 0n || (!inside.top && token.text === "log"));
    if (missing && (token.text === "log" || token.text === "sqrt"))
      fail(`${token.text} of a number it does not exist for`, token.column);
    return made(token.text, parts, token.column);
  };
  /** @type {() => Parsed} */
  const raisedAtom = () => {
    const base = atom();
    return next() === "^" ? power(base, take(), signedOr(raisedAtom)()) : base;
  };
  const factor = signedOr(raisedAtom);
  /** @type {() => Parsed} */
  const product = () => {
    let left = raisedAtom();
    for (;;) {
      if (next() === "*") (take(), (left = grown("*", left, factor())));
      else if (next() === "/") {
        const sign = take(),
          right = factor();
        if (right.constant && !right.constant.top) fail("a division by zero", sign.column);
        left = made("/", [left, right], left.column, {
          degree: left.degree + right.degree,
          constant: left.constant && right.constant ? over(left.constant, right.constant) : null,
        });
      } else if (["name", "function", "("].includes(next())) {
        const base = atom();
        left = grown("*", left, next() === "^" ? power(base, take(), signedOr(raisedAtom)()) : base);
      } else return left;
    }
  };
  const signed = signedOr(product);
  /** @type {() => Parsed} */
  const sum = () => {
    let left = signed();
    while (next() === "+" || next() === "-") {
      const sign = take(),
        right = signed();
      left = grown("+", left, sign.kind === "-" ? negated(sign, right) : right);
    }
    return left;
  };
  const whole = sum();
  if (next() !== "end") unexpected();
  return whole.tree;
}

// --- values ----------------------------------------------------------------------------------------------------------

// The exact value at a point (rationals by name), or null where it is not known to be rational or there is none.
/** @type {(tree: Tree, point: RatioPoint) => Ratio | null} */
function exactValue(tree, point) {
  if (tree.number) return tree.number;
  if (tree.name !== undefined) return point[tree.name] ?? null;
  const values = tree.of.map((part) => exactValue(part, point)).filter((value) => value !== null);
  if (values.length < tree.of.length) return null;
  const [a, b] = values;
  switch (tree.apply) {
    case "+":
      return values.reduce(plus);
    case "*":
      return values.reduce(times);
    case "-":
      return opposite(a);
    case "/":
      return b.top ? over(a, b) : null;
    case "^":
      return b.bottom !== 1n || (!a.top && b.top < 0n) ? null : raised(a, Number(b.top));
    case "sqrt":
      return root(a);
    case "abs":
      return size(a);
    case "sign":
      return ratio(BigInt(signOf(a)));
    case "step":
      return ratio(BigInt(signOf(a) + 1), 2n);
    case "relu":
      return a.top > 0n ? a : ZERO;
    case "min":
      return values.reduce((x, y) => (compare(y, x) < 0 ? y : x));
    case "max":
      return values.reduce((x, y) => (compare(y, x) > 0 ? y : x));
    default:
      return null;
  }
}

/** @type {Record<string, (...values: number[]) => number>} */
const FLOATING = {
  "+": (...terms) => terms.reduce((a, b) => a + b),
  "*": (...factors) => factors.reduce((a, b) => a * b),
  "-": (x) => -x,
  "/": (x, y) => x / y,
  "^": (x, y) => x ** y,
  min: Math.min,
  max: Math.max,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  abs: Math.abs,
  sign: Math.sign,
  step: (x) => (Math.sign(x) + 1) / 2,
  relu: (x) => Math.max(x, 0),
};

// The tree as a function of floats, given in the order of the names.
/** @type {(tree: Tree, names: string[]) => (point: number[]) => number} */
function compiled(tree, names) {
  if (tree.number) {
    const value = float(tree.number);
    return () => value;
  }
  if (tree.name !== undefined) {
    const at = names.indexOf(tree.name);
    return (point) => point[at];
  }
  const parts = tree.of.map((part) => compiled(part, names)),
    apply = FLOATING[tree.apply];
  if (parts.length === 1) return (point) => apply(parts[0](point));
  if (parts.length === 2) return (point) => apply(parts[0](point), parts[1](point));
  return (point) => apply(...parts.map((part) => part(point)));
}
