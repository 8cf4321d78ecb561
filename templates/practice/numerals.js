// Numbers as people type them, read exactly; see gdquiz.responses.numerals, whose rules and sentences these are.

const LONGEST_RESPONSE = 500,
  MOST_DIGITS = 60,
  LARGEST_EXPONENT = 60;

// A response that is not understood; the message is a sentence for the person who typed it.
class NotUnderstood extends Error {}
/** @type {(sentence: string) => never} */
const refuse = (sentence) => {
  throw new NotUnderstood(sentence);
};

/** @type {Record<string, string>} */
const VULGAR = Object.fromEntries(
  "½ 1/2,⅓ 1/3,⅔ 2/3,¼ 1/4,¾ 3/4,⅕ 1/5,⅖ 2/5,⅗ 3/5,⅘ 4/5,⅙ 1/6,⅚ 5/6,⅐ 1/7,⅛ 1/8,⅜ 3/8,⅝ 5/8,⅞ 7/8,⅑ 1/9,⅒ 1/10"
    .split(",")
    .map((pair) => pair.split(" ")),
);
/** @type {[RegExp, any][]} */
const LOOK_ALIKE = [
  [/[−–—‐‑﹣－]/gu, "-"],
  [/[＋﹢]/gu, "+"],
  [/[⁄∕÷／]/gu, "/"],
  [/[·×∙⋅∗＊]/gu, "*"],
  [/[\u00a0\u2007\u2009\u200a\u202f\u3000\t]/gu, " "],
  [/[\u200b\u200e\u200f\u2060\ufeff]/gu, ""],
  [/，/gu, ","],
  [/．/gu, "."],
  [/；/gu, ";"],
  [/[＝≈]/gu, "="],
  [/’/gu, "'"],
  [/\r/gu, "\n"],
  [/[０-９]/gu, (/** @type {string} */ digit) => String("０１２３４５６７８９".indexOf(digit))],
];
const NUMERAL = "(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?";
const NUMBER = new RegExp(
  `^(?<sign>[+-]?)(?:(?<top>${NUMERAL})(?:/(?<bottom>[+-]?${NUMERAL}))?` +
    `|(?<factor>${NUMERAL})\\*10(?:\\^|\\*\\*)(?:\\((?<power1>[+-]?[0-9]+)\\)|(?<power2>[+-]?[0-9]+))` +
    `|(?<whole>[0-9]*)(?<vulgar>[${Object.keys(VULGAR).join("")}]))$`,
  "u",
);
const LABEL = /^\s*(?:(?:([\p{L}\p{No}\p{Nl}_][^=;]{0,40}?)?\s*=)|~)\s*/u;
const THOUSANDS = /^[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+(?:\.[0-9]*)?|(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+,[0-9]*)$/;
const GROUPS = /^[+-]?[0-9]{1,3}(?:[ '][0-9]{3})+(?:[.,][0-9]*)?$/;
const ONE_GROUP = /^([+-]?[1-9][0-9]{0,2}),([0-9]{3})$/;
const WANTED = "a number such as 1.5 (or 1,5), -3/4 or 2e-3";

/** @type {(text: string) => string} */
const quoted = (text) => ([...text].length > 33 ? `'${[...text].slice(0, 30).join("")}...'` : `'${text}'`);

/** @type {(text: string) => string} */
function plainText(text) {
  if ([...text].length > LONGEST_RESPONSE)
    refuse(`The response has ${[...text].length} characters; at most ${LONGEST_RESPONSE} are read.`);
  const clean = LOOK_ALIKE.reduce((all, [sign, plainSign]) => all.replace(sign, plainSign), text);
  return clean
    .replace(
      /(\*10)([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)/gu,
      (_, ten, raisedDigits) =>
        `${ten}^${[...raisedDigits].map((sign) => "0123456789-+"["⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺".indexOf(sign)]).join("")}`,
    )
    .trim();
}

/** @type {(clean: string) => string} */
const tight = (clean) =>
  clean.replace(/ *([/*^=]) */g, "$1").replace(/(^|[([{,;=\n] *)([+-]) +(?=[0-9.,½-⅞])/gu, "$1$2");
/** @type {(clean: string) => string} */
const unlabelled = (clean) => clean.replace(LABEL, "");

// The number that a response to a question for one number says.
/** @type {(text: string) => Ratio} */
function readNumber(text) {
  const clean = unlabelled(tight(plainText(text)));
  if (GROUPS.test(clean)) refuse(noThousands(clean));
  const spaced = clean.replace(/^[() ]+|[() ]+$/g, "").includes(" ");
  return numberOf(clean.includes("=") || spaced ? clean : clean.replaceAll(" ", ""));
}

// What 1,250 would be if its comma parted thousands; null where it cannot be read so.
/** @type {(text: string) => Ratio | null} */
function otherReading(text) {
  const found = ONE_GROUP.exec(unlabelled(tight(plainText(text))));
  return found ? exact(found[1] + found[2]) : null;
}

/** @type {(token: string) => Ratio} */
function numberOf(token) {
  const wrapped = /^([+-]?)\(([^()]*)\)$/u.exec(token);
  if (wrapped && !/^[+-]/.test(wrapped[2])) token = wrapped[1] + wrapped[2];
  else if (wrapped && !wrapped[1]) token = wrapped[2];
  const found = NUMBER.exec(token)?.groups;
  if (!found) refuse(refusalOf(token));
  let value;
  if (found.vulgar) value = plus(numeralOf(found.whole || "0"), exactly(VULGAR[found.vulgar]));
  else if (found.factor) {
    const power = found.power1 ?? found.power2;
    if (Math.abs(Number(power.slice(0, 9))) > LARGEST_EXPONENT)
      refuse(`The exponent of ${quoted(token)} is too large; expected ${WANTED}.`);
    value = times(numeralOf(found.factor), raised(ratio(10n), Number(power)));
  } else {
    value = numeralOf(found.top);
    if (found.bottom) {
      const below = numeralOf(found.bottom.replace(/^[+-]+/, ""));
      if (!below.top) refuse(`${quoted(token)} divides by zero; expected ${WANTED}.`);
      value = over(value, found.bottom[0] === "-" ? opposite(below) : below);
    }
  }
  return found.sign === "-" ? opposite(value) : value;
}

/** @type {(text: string) => Ratio} */
function numeralOf(text) {
  const [digits, exponent = ""] = text.toLowerCase().replaceAll(",", ".").split("e");
  const [before, places = ""] = digits.split(".");
  if (
    Math.max(before.replace(/^0+/, "").length, places.length) > MOST_DIGITS ||
    exponent.replace(/^[+\-0]+/, "").length > 2
  ) {
    refuse(`${quoted(text)} is too long; at most ${MOST_DIGITS} digits are read.`);
  }
  if (Math.abs(Number(exponent || 0)) > LARGEST_EXPONENT)
    refuse(`The exponent of ${quoted(text)} is too large; expected ${WANTED}.`);
  return times(exactly(`${before || 0}.${places || 0}`), raised(ratio(10n), Number(exponent || 0)));
}

/** @type {(token: string) => string} */
const noThousands = (token) =>
  `${quoted(token)} seems to have thousands separators; write the number without them, for example 1250.5.`;

/** @type {(token: string) => string} */
function refusalOf(token) {
  if (!token) return `There is no number; expected ${WANTED}.`;
  if (THOUSANDS.test(token) || GROUPS.test(token)) return noThousands(token);
  if (token.endsWith("%"))
    return `${quoted(token)} is a percentage; write it as a fraction or a decimal, such as 0.05 for 5%.`;
  if (token.includes("\\")) return `${quoted(token)} is LaTeX; write plain numbers such as 1/3.`;
  if (/^[0-9]+ [0-9]+\/[0-9]+$/.test(token))
    return `${quoted(token)} can be read in two ways; write it as one fraction or a decimal, such as 3/2 or 1.5.`;
  if (/[0-9)][ ]*[-+*/^(]/.test(token)) return `${quoted(token)} is a calculation; work it out and give ${WANTED}.`;
  return `${quoted(token)} is not understood as a number; expected ${WANTED}.`;
}
