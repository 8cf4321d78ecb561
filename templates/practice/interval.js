// An interval: read as gdquiz.kinds.interval reads it, and marked end by end by the same rules.
// An interval that was read is { ends, closed, told }: ends are fractions or null where there is none.

/** @type {[RegExp, string][]} */
const INTERVAL_SIGNS = [
  [/[≤⩽≦]|=<|<\s+=/gu, "<="],
  [/[≥⩾≧]|=>|>\s+=/gu, ">="],
  [/[＜‹]/gu, "<"],
  [/[＞›]/gu, ">"],
  [/（/gu, "("],
  [/）/gu, ")"],
  [/［/gu, "["],
  [/］/gu, "]"],
  [/∈/gu, " in "],
  [/∧|&&?/gu, " and "],
  [/∪/gu, " or "],
  [/\+?∞|\+?(?<![\p{L}\p{N}_])(?:infinity|infty|inf|oo)(?![\p{L}\p{N}_])/giu, "inf"],
  [/\s+/gu, " "],
];
const NAME_IN_INTERVAL = "[\\p{L}][\\p{L}\\p{N}_' ]{0,40}";
const SET_OF_NUMBERS = new RegExp(`^\\{ ?(?:${NAME_IN_INTERVAL} ?[|:])?(.*)\\}$`, "u");
const IN_BRACKETS = new RegExp(
  `^(?:(?:${NAME_IN_INTERVAL})?(?:(?<![\\p{L}\\p{N}_])in(?![\\p{L}\\p{N}_])|=|:) ?)?([([\\]])([^()[\\]]*)([)\\][])$`,
  "u",
);
const WANTED_INTERVAL = "an interval such as (1, 3/2] or 1 < x <= 3/2";

/** @type {(text: string) => string} */
const onOneLine = (text) => quoted(text.trim().split(/\s+/u).join(" "));
/** @type {(text: string) => never} */
const noInterval = (text) => refuse(`${onOneLine(text)} is not understood as an interval; expected ${WANTED_INTERVAL}.`);

/** @type {(text: string, positive: boolean) => ReadInterval} */
function readInterval(text, positive) {
  let clean = INTERVAL_SIGNS.reduce((all, [sign, plain]) => all.replace(sign, plain), plainText(text));
  clean = clean.trim().replace(/[ .]+$/u, "");
  if (clean.includes("\\")) refuse(`${onOneLine(text)} is LaTeX; write ${WANTED_INTERVAL}.`);
  if (/(?<![\p{L}\p{N}_])or(?![\p{L}\p{N}_])/u.test(clean))
    refuse(`${onOneLine(text)} is more than one interval; write ${WANTED_INTERVAL}.`);
  const within = SET_OF_NUMBERS.exec(clean);
  if (within) clean = within[1].trim();
  if (/[<>]/u.test(clean)) return comparedInterval(clean, text, positive);
  const brackets = within ? null : IN_BRACKETS.exec(clean);
  if (!brackets) return noInterval(text);
  const [lower, upper] = splitEnds(brackets[2], text).map((piece) => endOf(piece, text));
  return madeInterval(lower, upper, [brackets[1] === "[", brackets[3] === "]"], text);
}

/** @type {(inside: string, text: string) => string[]} */
function splitEnds(inside, text) {
  let pieces = inside.split(inside.includes(";") ? ";" : ",");
  if (pieces.length > 2 && !inside.includes(";")) {
    pieces = inside.split(/, | ,/u);
    if (pieces.length !== 2)
      refuse(`In ${onOneLine(text)} a comma can mean two things; write the ends as in (0.5; 1.5).`);
  }
  return pieces.length === 2 ? pieces : noInterval(text);
}

// A fraction, or Infinity or -Infinity.
/** @type {(piece: string, text: string) => Ratio | number} */
function endOf(piece, text) {
  const bare = piece.replaceAll(" ", "");
  if (bare === "inf") return Infinity;
  if (bare === "-inf") return -Infinity;
  return piece.includes("=") || !bare ? noInterval(text) : readNumber(piece);
}

/** @type {(clean: string, text: string, positive: boolean) => ReadInterval} */
function comparedInterval(clean, text, positive) {
  /** @type {Record<string, { end: Ratio | number, closed: boolean }>} */
  const ends = {};
  const names = new Set();
  for (const piece of clean.split(/(?<![\p{L}\p{N}_])and(?![\p{L}\p{N}_])|, |;/u)) {
    const pieces = piece.split(/(<=|>=|<|>)/u),
      operands = pieces.filter((_, i) => i % 2 === 0),
      signs = pieces.filter((_, i) => i % 2 === 1),
      at = operands.findIndex(isNameInInterval);
    if (at < 0 || !(signs.length === 1 || (signs.length === 2 && at === 1 && signs[0][0] === signs[1][0])))
      noInterval(text);
    names.add(operands[at].trim().split(" ").at(-1));
    signs.forEach((sign, k) => {
      const side = k < at === (sign[0] === "<") ? "lower" : "upper";
      if (side in ends) refuse(`${onOneLine(text)} has two ${side} ends; write ${WANTED_INTERVAL}.`);
      ends[side] = { end: endOf(operands[k < at ? k : k + 1], text), closed: sign.includes("=") };
    });
  }
  if (names.size !== 1) noInterval(text);
  const { lower = { end: positive ? ZERO : -Infinity, closed: false }, upper = { end: Infinity, closed: false } } = ends;
  if (!("lower" in ends) && positive && typeof upper.end === "object" && upper.end.top <= 0n)
    refuse(`${onOneLine(text)} leaves no positive number; write ${WANTED_INTERVAL}.`);
  return madeInterval(lower.end, upper.end, [lower.closed, upper.closed], text);
}

/** @type {(operand: string) => boolean} */
const isNameInInterval = (operand) =>
  operand.trim() !== "inf" && new RegExp(`^${NAME_IN_INTERVAL}$`, "u").test(operand.trim());

/** @type {(lower: Ratio | number, upper: Ratio | number, closed: boolean[], text: string) => ReadInterval} */
function madeInterval(lower, upper, closed, text) {
  if (lower === Infinity || upper === -Infinity)
    refuse(`In ${onOneLine(text)} infinity stands at the wrong end; write ${WANTED_INTERVAL}.`);
  const ends = [lower, upper].map((end) => (typeof end === "object" ? end : null));
  if (ends[0] && ends[1] && compare(ends[0], ends[1]) >= 0)
    refuse(
      `In ${onOneLine(text)} the lower end, ${plainRatio(ends[0])}, is not below the upper one, ` +
        `${plainRatio(ends[1])}; write the smaller number first.`,
    );
  return { ends, told: ends.map((end, i) => (end === null ? "infinite" : closed[i] ? "closed" : "open")) };
}

/** @type {(found: ReadInterval) => string} */
const toldInterval = ({ ends, told }) =>
  `${told[0] === "closed" ? "[" : "("}${ends[0] ? plainRatio(ends[0]) : "-∞"}, ` +
  `${ends[1] ? plainRatio(ends[1]) : "∞"}${told[1] === "closed" ? "]" : ")"}`;

// The places of the ends that there are.
/** @type {(told: string[]) => number[]} */
const finiteEnds = (told) => [0, 1].filter((place) => told[place] !== "infinite");

// The mean of both ends; the right number with the wrong bracket is half an end.  That a positive quantity begins above
// 0 goes without saying, so it earns nothing.
/** @type {Rule<Numbers & { right: string[] }, string>} */
function markInterval(part, key, response) {
  const found = readInterval(response, Boolean(part.positive)),
    understood = toldInterval(found),
    finite = finiteEnds(key.right);
  const scores = [0, 1].map((place) => {
    const end = found.ends[place],
      told = key.right[place];
    if (end === null || told === "infinite") return end === null && told === "infinite" ? ONE : ZERO;
    if (!accepts(key.numbers[finite.indexOf(place)], end)) return ZERO;
    return found.told[place] === told ? ONE : ratio(1n, 2n);
  });
  const isFull = (/** @type {Ratio} */ score) => same(score, ONE);
  if (scores.every(isFull)) return full(understood);
  const free = part.positive && key.right[0] === "open" && !exactly(key.numbers[0].value).top && isFull(scores[0]);
  const counted = free ? scores.slice(1) : scores,
    places = finiteEnds(found.told);
  /** @type {(wrong: Wrong) => boolean} */
  const isWrong = (wrong) =>
    agree(wrong.options, found.told) &&
    places.every((place, i) => {
      const end = found.ends[place],
        own = key.numbers[finite.indexOf(place)];
      return end !== null && isNear(end, exactly(wrong.values?.[i] ?? "0"), own ? halfWidth(own) : ZERO);
    });
  const said = scores.every((score) => score.top)
    ? "The numbers are right; think again about which ends belong to the interval."
    : counted.some(isFull)
      ? "One end is right."
      : "";
  const share = over(
    counted.reduce((sum, score) => plus(sum, score), ZERO),
    ratio(BigInt(counted.length)),
  );
  return judged(key, share, understood, isWrong, said);
}

// The field of an interval, beside what may be typed.
/** @type {MakeField} */
function intervalField(part, _question, id, texts) {
  const input = textInput({ id, inputmode: "text", "aria-describedby": `${id}-how` });
  const how = make(
    "p",
    { class: "soft", id: `${id}-how` },
    "An interval of ",
    texts.element("span", part.names[0]),
    ", typed like ",
    make("code", {}, "(1, 3/2]"),
    " or ",
    make("code", {}, `1 < ${part.variables[0]} <= 3/2`),
    ", with ",
    make("code", {}, "inf"),
    " where there is no end",
  );
  return {
    element: make("div", {}, how, make("div", { class: "answer" }, make("label", { for: id }, "Answer"), input)),
    read: () => (input.value.trim() ? input.value : null),
  };
}
