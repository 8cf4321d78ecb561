// Marking: a response by the key of its part; the rules of gdquiz.kinds, kind by kind.
// A marking is { credit, right, understood, misconceptions, wrong, said, followed, unreadable, by_hand }: `wrong` is the
// foreseen wrong answer it is, `said` a sentence of marking itself or a text of the page.

/** @type {Readonly<Marking>} */
const blank = {
  credit: ZERO,
  right: false,
  understood: "",
  misconceptions: [],
  wrong: null,
  said: "",
  followed: false,
  unreadable: "",
  by_hand: false,
};
/** @type {(understood: string) => Marking} */
const full = (understood) => ({ ...blank, credit: ONE, right: true, understood });
/** @type {(a: Ratio) => string} */
const plainRatio = (a) => (a.bottom === 1n ? `${a.top}` : `${a.top}/${a.bottom}`);
/** @type {(a: Ratio, b: Ratio) => Ratio} */
const larger = (a, b) => (compare(a, b) < 0 ? b : a);

// The marking of a response: text for a number, a formula and words; texts for several numbers; for options their places
// as shown: a place, places, or { truth, place }.  `earlier` holds the numbers given for earlier parts, by name.
/** @type {(part: Part, key: Key, response: Answer, earlier: RatioPoint, grammar: Grammar) => Marking} */
function mark(part, key, response, earlier, grammar) {
  try {
    if (typeof response === "string" && !response.trim()) refuse("Nothing was answered.");
    /** @type {Rule} */
    const rule = RULES[part.kind];
    return rule(part, key, response, earlier, grammar);
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { ...blank, unreadable: error.message };
  }
}

// The number that a response gives, for later parts to follow from, or null.
/** @type {(part: Part, key: Key, response: any) => Ratio | null} */
function givenNumber(part, key, response) {
  try {
    if (part.kind === "number") return readNumber(response);
    if (part.kind === "choice") {
      const chosen = key.options?.[response]?.id;
      const wrong = (key.wrong ?? []).find((one) => one.options?.length === 1 && one.options[0] === chosen);
      return wrong?.values?.length ? exact(wrong.values[0]) : null;
    }
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
  }
  return null;
}

/** @type {(key: Key, share: Ratio, understood: string, isWrong: (wrong: Wrong) => unknown, said?: string | TextNumber) => Marking} */
function judged(key, share, understood, isWrong, said = "") {
  const met = (key.wrong ?? []).filter(isWrong);
  const credit = met.reduce((most, wrong) => larger(most, exactly(String(wrong.credit ?? 0))), share);
  const misconceptions = [...new Set(met.map((wrong) => wrong.code))];
  return { ...blank, credit, understood, misconceptions, wrong: met[0] ?? null, said: met.length ? "" : said };
}

// --- numbers ---------------------------------------------------------------------------------------------------------

const ROUNDED = ratio(1n, 1000n);
/** @type {(number: NumberKey) => Ratio} */
const halfWidth = (number) => over(minus(exactly(number.high), exactly(number.low)), TWO);
/** @type {(number: NumberKey, value: Ratio) => boolean} */
const accepts = (number, value) => compare(exactly(number.low), value) <= 0 && compare(value, exactly(number.high)) <= 0;
/** @type {(value: Ratio, places: number) => boolean} */
const terminates = (value, places) => 10n ** BigInt(places) % value.bottom === 0n;

/** @type {(number: Ratio, value: Ratio, half: Ratio) => boolean} */
function isNear(number, value, half) {
  const room = !half.top && !terminates(value, 3) ? ROUNDED : half;
  return compare(size(minus(number, value)), room) <= 0;
}

/** @type {Rule<Numbers, string>} */
function markNumber(part, key, response, earlier) {
  const number = readNumber(response),
    understood = plainRatio(number),
    [wanted] = key.numbers;
  if (accepts(wanted, number)) return full(understood);
  const other = otherReading(response);
  if (other && accepts(wanted, other)) {
    refuse(
      `${response.trim()} can be read as ${Number(float(number).toPrecision(6))} or as ${plainRatio(other)}; ` +
        "write it without the comma.",
    );
  }
  const half = halfWidth(wanted);
  let said = "";
  if (key.follow && Object.keys(earlier).length) {
    const follows = carried(key.follow, earlier);
    if (follows && isNear(number, follows.value, half)) {
      const copied = Object.values(earlier).some((value) => compare(size(minus(follows.value, value)), half) <= 0);
      if (!follows.trivial && !copied)
        return { ...blank, credit: ONE, understood, followed: true, said: "It follows from your earlier answer." };
      said = "It follows from your earlier answer, but that answer leaves nothing to work out here.";
    }
  }
  if (!half.top && isNear(number, exactly(wanted.value), half))
    said = "That is the right number rounded; the exact value is asked for.";
  return judged(
    key,
    ZERO,
    understood,
    ({ values }) => values?.length && isNear(number, exactly(values[0]), half),
    said,
  );
}

/** @type {Rule<Numbers, string[]>} */
function markNumbers(part, key, response) {
  const numbers = response.map(readNumber),
    understood = numbers.map(plainRatio).join("; ");
  const right = numbers.filter((number, i) => accepts(key.numbers[i], number)).length;
  if (right === numbers.length) return full(understood);
  /** @type {(wrong: Wrong) => unknown} */
  const isWrong = ({ values }) =>
    values?.length === numbers.length &&
    numbers.every((number, i) => isNear(number, exactly(values[i]), halfWidth(key.numbers[i])));
  return judged(
    key,
    ratio(BigInt(right), BigInt(numbers.length)),
    understood,
    isWrong,
    right ? `${right} of ${numbers.length} numbers are right.` : "",
  );
}

// --- options ---------------------------------------------------------------------------------------------------------

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** @type {(a?: string[], b?: string[]) => boolean} */
const agree = (a = [], b = []) => a.length === b.length && a.every((x, i) => x === b[i]);
/** @type {(a?: string[], b?: string[]) => boolean} */
const agreeAsSets = (a = [], b = []) => a.length === b.length && a.every((x) => b.includes(x));
/** @type {(key: { options: Option[] }, places: number[]) => string[]} */
const idsAt = (key, places) => places.map((place) => key.options[place].id);
/** @type {(places: number[]) => string} */
const lettersOf = (places) => places.map((place) => LETTERS[place]).join(", ");

/** @type {Rule<Choices, number>} */
function markChoice(part, key, place) {
  const [chosen] = idsAt(key, [place]);
  if (key.right.includes(chosen)) return full(LETTERS[place]);
  return judged(
    key,
    ZERO,
    LETTERS[place],
    (wrong) => agree(wrong.options, [chosen]),
    key.options[place].feedback ?? "",
  );
}

// Right choices less wrong ones, each as a share of what there is of its kind; not below 0.
/** @type {Rule<{ options: Option[] }, number[]>} */
function markChoices(part, key, places) {
  const right = key.right ?? [],
    chosen = idsAt(key, places),
    understood = lettersOf(places) || "none";
  if (agreeAsSets(chosen, right)) return full(understood);
  const hits = chosen.filter((id) => right.includes(id)).length,
    others = key.options.length - right.length;
  const gained = right.length ? ratio(BigInt(hits), BigInt(right.length)) : ZERO;
  const share = others ? minus(gained, ratio(BigInt(chosen.length - hits), BigInt(others))) : gained;
  return judged(key, larger(ZERO, share), understood, (wrong) => agreeAsSets(wrong.options ?? [], chosen));
}

// The verdict alone earns half where a reason is asked for as well; a reason without its verdict earns nothing.
/** @type {Rule<Choices, Judgement>} */
function markTruth(part, key, { truth, place = null }) {
  const verdict = truth === key.truth;
  let understood = truth ? "true" : "false";
  if (!key.options?.length) return { ...blank, credit: verdict ? ONE : ZERO, right: verdict, understood };
  const reasonAt = present(place),
    [reason] = idsAt(key, [reasonAt]);
  understood += `, ${LETTERS[reasonAt]}`;
  const holds = key.right.includes(reason);
  if (verdict && holds) return full(understood);
  const said = holds
    ? "The reason holds; what does it say of the statement?"
    : verdict
      ? "The statement is judged rightly, for another reason."
      : "";
  return judged(key, verdict ? ratio(1n, 2n) : ZERO, understood, (wrong) => agree(wrong.options, [reason]), said);
}

/** @type {Rule<Choices, number[]>} */
function markMatching(part, key, places) {
  const chosen = idsAt(key, places),
    understood = places.map((place, i) => `${i + 1}${LETTERS[place]}`).join(", ");
  const right = chosen.filter((id, i) => id === key.right[i]).length;
  if (right === chosen.length) return full(understood);
  return judged(
    key,
    ratio(BigInt(right), BigInt(chosen.length)),
    understood,
    (wrong) => agree(wrong.options, chosen),
    right ? `${right} of ${chosen.length} are matched rightly.` : "",
  );
}

// Kendall's tau, not below 0: pairs in order less pairs out of order, as a share of all.
/** @type {Rule<Choices, number[]>} */
function markOrdering(part, key, places) {
  const chosen = idsAt(key, places),
    understood = lettersOf(places);
  if (agree(chosen, key.right)) return full(understood);
  const rank = chosen.map((id) => key.right.indexOf(id));
  let inOrder = 0,
    pairs = 0;
  for (let j = 0; j < rank.length; j++) for (let i = 0; i < j; i++) (pairs++, (inOrder += Number(rank[i] < rank[j])));
  const tau = ratio(BigInt(2 * inOrder - pairs), BigInt(pairs));
  return judged(key, larger(ZERO, tau), understood, (wrong) => agree(wrong.options, chosen));
}

// --- formulas and words ----------------------------------------------------------------------------------------------

const DECIDING = 8,
  ENOUGH = 3,
  LARGEST = 1e100,
  NEAR = 0.02,
  MARGIN_BITS = 100n; // 10^-30 and a little more room
const LEFT_SIDE = /^\s*(?:[\p{L}_][\p{L}\p{N}_'’′]*\s*(?:\([^()=]*\))?|[d∂][^=]{0,10}\/\s*[d∂][^=]{0,10})\s*=(?!=)/u;

/** @type {(text: string, variables: string[], grammar: Grammar) => Tree} */
function readFormula(text, variables, grammar) {
  let clean = plainText(text).replaceAll("\n", " ").replace(LEFT_SIDE, "");
  for (const name of variables) {
    const [, letters, digits] = /^([A-Za-z]+)([0-9]+)$/.exec(name) ?? [];
    if (letters)
      clean = clean.replace(new RegExp(`(?<![A-Za-z_])${letters}_(?:${digits}\\b|\\{${digits}\\})`, "g"), name);
  }
  try {
    return parsed(clean, variables, grammar);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return refuse(`The formula is not understood: ${error.message}.`);
  }
}

/** @type {(tree: Tree) => string} */
const written = (tree) => JSON.stringify(tree, (_, value) => (typeof value === "bigint" ? `${value}` : value));

// The values of a tree at all sample points in floats, and where no part of it is too large.
/** @type {(tree: Tree, names: string[], points: number[][]) => { value: number; tame: boolean }[]} */
function sampled(tree, names, points) {
  return points.map((point) => {
    let tame = true;
    /** @type {(node: Tree) => number} */
    const value = (node) => {
      const found = node.number
        ? float(node.number)
        : node.name !== undefined
          ? point[names.indexOf(node.name)]
          : FLOATING[node.apply](...node.of.map(value));
      if (Math.abs(found) > LARGEST) tame = false;
      return found;
    };
    return { value: value(tree), tame };
  });
}

// Whether two formulas are the same function wherever the first has a value; null where that cannot be told.
/** @type {(ours: Tree, theirs: Tree, variables: string[], samples: number[][]) => boolean | null} */
function equivalent(ours, theirs, variables, samples) {
  if (written(ours) === written(theirs)) return true;
  const points = samples.map((point) => point.map((top) => top / 1994));
  const [a, b] = [sampled(ours, variables, points), sampled(theirs, variables, points)];
  const apart = a.map(({ value }, i) => {
    if (!Number.isFinite(b[i].value)) return Infinity;
    const found = Math.abs(value - b[i].value) / Math.max(1e-300, Math.abs(value), Math.abs(b[i].value));
    return Number.isNaN(found) ? 0 : found;
  });
  const usable = a.map((_, i) => i).filter((i) => a[i].tame && b[i].tame && Number.isFinite(a[i].value));
  usable.sort((i, j) => (apart[j] > apart[i] ? 1 : apart[j] < apart[i] ? -1 : i - j));
  let met = 0;
  for (const i of usable.slice(0, DECIDING)) {
    const at = Object.fromEntries(variables.map((name, k) => [name, ratio(BigInt(samples[i][k]), 1994n)]));
    const [left, right] = [preciseValue(ours, at), preciseValue(theirs, at)];
    if (left === null) continue;
    if (right === null) return false;
    const away = preciseMinus(left, right),
      most = height(left) > height(right) ? height(left) : height(right);
    if (away.top && height(away) > most - MARGIN_BITS) return false;
    met++;
  }
  return met >= ENOUGH ? true : null;
}

/** @type {(ours: Tree, theirs: Tree, variables: string[], samples: number[][]) => boolean} */
function isNearly(ours, theirs, variables, samples) {
  const points = samples.map((point) => point.map((top) => top / 1994));
  const [a, b] = [sampled(ours, variables, points), sampled(theirs, variables, points)];
  const usable = a.map((_, i) => i).filter((i) => a[i].tame && Number.isFinite(a[i].value));
  return (
    usable.length >= ENOUGH && usable.every((i) => Math.abs(a[i].value - b[i].value) <= NEAR * Math.abs(a[i].value))
  );
}

/** @type {Rule<{ formula: string }, string>} */
function markFormula(part, key, response, earlier, grammar) {
  const { variables = [] } = part,
    samples = grammar.samples[variables.join(" ")];
  const given = readFormula(response, variables, grammar),
    /** @type {(text: string) => Tree} */
    own = (text) => parsed(text, variables, grammar),
    ours = own(key.formula);
  const understood = response.trim(),
    alike = equivalent(ours, given, variables, samples);
  if (alike === null)
    return { ...blank, understood, by_hand: true, said: "This formula has to be looked at by a person." };
  if (alike) return full(understood);
  const marking = judged(
    key,
    ZERO,
    understood,
    (wrong) => wrong.formula && equivalent(own(wrong.formula), given, variables, samples),
  );
  if (marking.wrong || !isNearly(ours, given, variables, samples)) return marking;
  return { ...marking, said: "That is nearly the right formula; write its numbers exactly, as fractions." };
}

const RULES = {
  number: markNumber,
  numbers: markNumbers,
  interval: markInterval,
  choice: markChoice,
  choices: markChoices,
  truth: markTruth,
  matching: markMatching,
  ordering: markOrdering,
  formula: markFormula,
  text: (/** @type {Part} */ _part, /** @type {Key} */ _key, /** @type {string} */ response) => ({ ...blank, understood: response.trim().split(/\s+/u).join(" "), by_hand: true }),
};

// --- follow-through --------------------------------------------------------------------------------------------------

const FREE = ["-", "abs", "sign", "step", "relu", "min", "max", "floor", "ceil"];
/** @type {Record<string, (s: number) => boolean>} */
const COMPARED = {
  "==": (s) => s === 0,
  "!=": (s) => s !== 0,
  "<": (s) => s < 0,
  "<=": (s) => s <= 0,
  ">": (s) => s > 0,
  ">=": (s) => s >= 0,
};
const MOST_BITS = 100_000;
/** @type {(a: Ratio) => boolean} */
const isUnit = (a) => same(size(a), ONE);

// What follows from earlier answers, and whether those left nothing to do; null where there is no such value.
// The tree is [function, ...arguments], a number as text, or a name as ["name", text].
/** @type {(follow: Follow, earlier: RatioPoint) => { value: any; trivial: boolean } | null} */
function carried(follow, earlier) {
  const found = followed(follow, earlier);
  return found && { value: found.value, trivial: found.work === 0 };
}

/** @type {(tree: Follow, known: RatioPoint) => Piece<any> | null} */
function followed(tree, known) {
  if (typeof tree === "string") return { value: exactly(tree), carried: false, work: 0 };
  const [apply, ...inside] = tree;
  if (apply === "name") {
    const value = known[String(inside[0])];
    return value ? { value, carried: true, work: 0 } : null;
  }
  if (apply === "if") {
    const asked = followed(inside[0], known),
      chosen = asked && followed(inside[asked.value ? 1 : 2], known);
    return (
      chosen && { value: chosen.value, carried: asked.carried || chosen.carried, work: asked.work + chosen.work }
    );
  }
  const pieces = inside.map((part) => followed(part, known)).filter((piece) => piece !== null);
  if (pieces.length < inside.length) return null;
  const value = followedValue(
    apply,
    pieces.map((piece) => piece.value),
  );
  if (value === null || (typeof value === "object" && bits(value) > MOST_BITS)) return null;
  const work = pieces.reduce((sum, piece) => sum + piece.work, 0) + Number(isWork(apply, pieces));
  return { value, carried: pieces.some((piece) => piece.carried), work };
}

/** @type {(apply: string, values: any[]) => Ratio | boolean | null} */
function followedValue(apply, values) {
  if (COMPARED[apply]) return COMPARED[apply](compare(values[0], values[1]));
  if (apply === "and") return values.every(Boolean);
  if (apply === "or") return values.some(Boolean);
  if (apply === "not") return !values[0];
  if (apply === "floor") return ratio(whole(values[0]));
  if (apply === "ceil") return ratio(-whole(opposite(values[0])));
  if (apply === "is_square") return root(values[0]) !== null;
  if (apply === "^" && values[1].bottom === 1n && bits(values[0]) * Math.abs(Number(values[1].top)) > 2 * MOST_BITS)
    return null;
  const told = exactValue({ apply, of: values.map((number) => ({ number })) }, {});
  if (told) return told;
  if (apply === "/" || (apply === "^" && values[1].bottom === 1n)) return null;
  const near = FLOATING[apply](...values.map(float));
  return Number.isFinite(near) ? exactFloat(near) : null;
}

// Whether there is something to work out that an earlier answer takes part in.
/** @type {(apply: string, pieces: Piece<any>[]) => boolean} */
function isWork(apply, pieces) {
  if (!pieces.some((piece) => piece.carried) || FREE.includes(apply) || COMPARED[apply]) return false;
  const values = pieces.map((piece) => piece.value),
    /** @type {(a: Ratio) => boolean} */
    isZero = (a) => a.top === 0n;
  if (apply === "+" || apply === "*") {
    const counted = pieces.filter(({ value }) => (apply === "+" ? !isZero(value) : !isUnit(value)));
    return (apply === "+" || !values.some(isZero)) && counted.length > 1 && counted.some((piece) => piece.carried);
  }
  if (apply === "/") return !isZero(values[0]) && !isUnit(values[1]);
  if (apply === "^") return !isZero(values[0]) && !isUnit(values[0]) && !isZero(values[1]) && !same(values[1], ONE);
  if (["and", "or", "not", "is_square"].includes(apply)) return false;
  return !isZero(values[0]) && !same(values[0], ONE);
}
