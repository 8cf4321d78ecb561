// Records of practice: read, joined and added up as gdquiz.practice.record does, which explains them.

const FORMAT = "gdquiz-progress";
/** @type {PracticeRecord} */
const EMPTY = Object.freeze({ earlier: [], log: [] });
/** @type {SkillSums} */
const NONE = { mastery: 0, questions: 0, credit: 0, last: 0 };
const MOST = 1_000_000_000;

// --- reading ---------------------------------------------------------------------------------------------------------

// The record in a text, of any version that there is a schema of, or what is wrong with the text: { record, faults }.
/** @type {(text: string, data: PageData) => { record: PracticeRecord | null; faults: string[] }} */
function recordFrom(text, data) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return { record: null, faults: ["it is not JSON"] };
  }
  if (kindOf(found) !== "object" || found.format !== FORMAT) return { record: null, faults: ["it holds no progress"] };
  const newest = Math.max(...Object.keys(data.records).map(Number)),
    schema = typeof found.version === "number" && Object.hasOwn(data.records, found.version) && data.records[found.version];
  if (!schema)
    return {
      record: null,
      faults: [found.version > newest ? "its version is newer than this page" : "there is no such version"],
    };
  const faults = faultsOf(found, schema, schema);
  if (faults.length) return { record: null, faults: faults.slice(0, 20) };
  const record = found.version === newest ? found : { earlier: [found], log: [] };
  return { record: joined({ earlier: record.earlier.map((/** @type {unknown} */ one) => sumsFrom(one, data)), log: record.log.map(askedFrom) }), faults };
}

/** @type {(value: unknown) => string} */
const kindOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

// What a value has that a JSON Schema does not allow, of the rules that the schemas of records use.
/** @type {(value: any, rules: Schema, whole: Schema, place?: string) => string[]} */
function faultsOf(value, rules, whole, place = "") {
  /** @type {(name: string | number) => string} */
  const at = (name) => (place ? `${place}.${name}` : `${name}`);
  /** @type {(expected: string) => string[]} */
  const fault = (expected) => [`field ${place || "(all)"}: expected ${expected}`];
  if (rules.$ref) return faultsOf(value, present(whole.$defs)[`${rules.$ref.split("/").pop()}`], whole, place);
  if (rules.anyOf) {
    const found = rules.anyOf.map((one) => faultsOf(value, one, whole, place));
    return found.find((faults) => !faults.length) ?? found[0];
  }
  const kind = kindOf(value);
  if ("const" in rules) return value === rules.const ? [] : fault(JSON.stringify(rules.const));
  if (rules.type === "integer" ? !Number.isInteger(value) : kind !== rules.type) return fault(`a value of type ${rules.type}`);
  if (kind === "number") {
    const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = rules;
    const inside = minimum <= value && value <= maximum && exclusiveMinimum < value && value < exclusiveMaximum;
    return inside && Number.isFinite(value) ? [] : fault("another number");
  }
  if (kind === "string") return new RegExp(rules.pattern ?? "").test(value) ? [] : fault("another text");
  if (kind === "array") {
    if (value.length > (rules.maxItems ?? Infinity)) return fault(`at most ${rules.maxItems}`);
    const each = rules.items ?? {};
    return value.flatMap((/** @type {unknown} */ one, /** @type {number} */ i) => faultsOf(one, each, whole, at(i)));
  }
  if (kind === "object") {
    const missing = (rules.required ?? []).filter((name) => !Object.hasOwn(value, name));
    const names = Object.entries(rules.patternProperties ?? {});
    return [
      ...missing.map((name) => `field ${at(name)}: it is missing`),
      ...Object.entries(value).flatMap(([name, one]) => {
        const { properties = {} } = rules;
        const own = Object.hasOwn(properties, name)
          ? properties[name]
          : names.find(([pattern]) => new RegExp(pattern).test(name))?.[1];
        return own ? faultsOf(one, own, whole, at(name)) : [`field ${at(name)}: there is no such field`];
      }),
    ];
  }
  return [];
}

// A table by names that are not ours: no name of it is that of something every object has.
/** @type {(entries: [string, any][]) => Record<string, any>} */
const tableOf = (entries) => Object.assign(Object.create(null), Object.fromEntries(entries));

/** @type {(found: any, data: PageData) => Sums} */
const sumsFrom = ({ questions = 0, skills = {}, items = {}, misconceptions = {}, pending = "", pursued = 0 }, data) => ({
  questions,
  skills: tableOf(
    Object.entries(skills).map(([name, one]) => [name, { ...NONE, mastery: data.mastery.start, ...one }]),
  ),
  items: tableOf(Object.entries(items)),
  misconceptions: tableOf(Object.entries(misconceptions)),
  pending,
  pursued,
});

/** @type {(found: any) => Asked} */
const askedFrom = ({ id, number, item, left = false, answer = null }) => ({
  id,
  number,
  item,
  left,
  answer: answer && { skill: answer.skill, credit: answer.credit, chance: answer.chance, codes: answer.codes ?? [] },
});

// --- joining ---------------------------------------------------------------------------------------------------------

// All that is in some of the records; commutative, associative and idempotent.
/** @type {(...records: PracticeRecord[]) => PracticeRecord} */
function joined(...records) {
  /** @type {Map<string, Asked>} */
  const log = new Map();
  for (const question of records.flatMap((record) => record.log)) {
    const known = log.get(question.id);
    if (!known || compared(rankOf(known), rankOf(question)) < 0) log.set(question.id, question);
  }
  /** @type {Sums[]} */
  const sums = [];
  for (const one of records.flatMap((record) => record.earlier))
    if (!isEmpty(one) && !sums.some((other) => compared(keyOfSums(one), keyOfSums(other)) === 0)) sums.push(one);
  return {
    earlier: sums
      .filter((one) => !sums.some((other) => isLater(other, one)))
      .sort((a, b) => compared(keyOfSums(a), keyOfSums(b))),
    log: [...log.values()].sort((a, b) => compared([a.number, a.id], [b.number, b.id])),
  };
}

// Whether all that is in the second record is in the first.
/** @type {(whole: PracticeRecord, part: PracticeRecord) => boolean} */
const holds = (whole, part) =>
  compared(contentOf(joined(whole, part)), contentOf(joined(whole))) === 0;
/** @type {(record: PracticeRecord) => any[]} */
const contentOf = ({ earlier, log }) => [earlier.map(keyOfSums), log.map((one) => [one.id, rankOf(one)])];

// The next question after all of a record.
/** @type {(record: PracticeRecord, id: string, item: string) => Asked} */
const askedAfter = ({ earlier, log }, id, item) => ({
  id,
  number: Math.min(MOST, 1 + Math.max(log.at(-1)?.number ?? 0, sumOf(earlier.map((one) => one.questions)))),
  item,
  left: false,
  answer: null,
});

/** @type {(numbers: number[]) => number} */
const sumOf = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

/** @type {(question: Asked) => any[]} */
const rankOf = ({ number, item, left, answer }) => [
  answer ? 1 : 0,
  left ? 1 : 0,
  number,
  item,
  answer ? [answer.skill, answer.credit, answer.chance, answer.codes] : [],
];

// An order of numbers, texts, and lists of these, as Python has it: negative, 0 or positive.
/** @type {(a: any, b: any) => number} */
function compared(a, b) {
  if (!Array.isArray(a)) return a < b ? -1 : a > b ? 1 : 0;
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const found = compared(a[i], b[i]);
    if (found) return found;
  }
  return a.length - b.length;
}

/** @type {(table: Record<string, unknown>) => string[]} */
const inOrder = (table) => Object.keys(table).sort();
/** @type {(sums: Sums) => any[]} */
const keyOfSums = ({ questions, pursued, pending, skills, items, misconceptions }) => [
  questions,
  pursued,
  pending,
  inOrder(skills).map((name) => {
    const { mastery, questions, credit, last } = skills[name];
    return [name, mastery, questions, credit, last];
  }),
  ...[items, misconceptions].map((table) => inOrder(table).map((name) => [name, table[name]])),
];
/** @type {(sums: Sums) => boolean} */
const isEmpty = (sums) => compared(keyOfSums(sums), [0, 0, "", [], [], []]) === 0;

// Whether some sums could be a later state of others: no count is smaller.  Of equal ones it is the larger.
/** @type {(later: Sums, sums: Sums) => boolean} */
const isLater = (later, sums) =>
  covers(later, sums) && (!covers(sums, later) || compared(keyOfSums(sums), keyOfSums(later)) < 0);

/** @type {(later: Sums, sums: Sums) => boolean} */
function covers(later, sums) {
  /** @type {(now: Record<string, number>, then: Record<string, number>) => boolean} */
  const noLess = (now, then) => Object.keys(then).every((name) => now[name] >= then[name]);
  return (
    later.questions >= sums.questions &&
    noLess(later.items, sums.items) &&
    noLess(later.misconceptions, sums.misconceptions) &&
    Object.entries(sums.skills).every(([name, one]) => {
      const now = later.skills[name];
      return now && now.questions >= one.questions && now.credit >= one.credit && now.last >= one.last;
    })
  );
}

// --- what a record says ----------------------------------------------------------------------------------------------

// Mastery traced through all answers in their order, and the counts.
/** @type {(record: PracticeRecord, tracing: Tracing) => Sums} */
function progressOf({ earlier, log }, tracing) {
  const skills = tableOf([]),
    items = tableOf([]),
    misconceptions = tableOf([]);
  let { pending, pursued } = earlier.at(-1) ?? { pending: "", pursued: 0 };
  /** @type {(table: Record<string, number>, name: string, times?: number) => number} */
  const count = (table, name, times = 1) => (table[name] = (table[name] ?? 0) + times);
  for (const sums of earlier) {
    for (const [name, times] of Object.entries(sums.items)) count(items, name, times);
    for (const [code, times] of Object.entries(sums.misconceptions)) count(misconceptions, code, times);
    for (const [name, one] of Object.entries(sums.skills)) {
      const other = skills[name] ?? NONE;
      skills[name] = {
        mastery: Math.max(other.mastery, one.mastery),
        questions: other.questions + one.questions,
        credit: other.credit + one.credit,
        last: Math.max(other.last, one.last),
      };
    }
  }
  for (const { number, item, left, answer } of log) {
    count(items, item);
    if (answer) {
      const before = skills[answer.skill] ?? { ...NONE, mastery: tracing.start };
      skills[answer.skill] = {
        mastery: after(before.mastery, answer.credit, answer.chance, tracing),
        questions: before.questions + 1,
        credit: before.credit + answer.credit,
        last: number,
      };
      for (const code of answer.codes) count(misconceptions, code);
      const slip = answer.codes[0] ?? "";
      pursued = slip && slip === pending ? pursued + 1 : 0;
      pending = slip;
      if (pursued >= tracing.pursued) [pending, pursued] = ["", 0];
    } else if (left) [pending, pursued] = ["", 0];
  }
  return {
    questions: sumOf(earlier.map((one) => one.questions)) + log.length,
    skills,
    items,
    misconceptions,
    pending,
    pursued,
  };
}

// Bayesian Knowledge Tracing, as gdquiz.practice.mastery explains it: what is known after an answer that earned a share
// of the points, on a question that guessing gets right with a chance.
/** @type {(known: number, credit: number, chance: number, tracing: Tracing) => number} */
function after(known, credit, chance, { learn, slip }) {
  const right = (known * (1 - slip)) / (known * (1 - slip) + (1 - known) * chance);
  const wrong = (known * slip) / (known * slip + (1 - known) * (1 - chance));
  const seen = credit * right + (1 - credit) * wrong;
  return seen + (1 - seen) * learn;
}

// --- writing ---------------------------------------------------------------------------------------------------------

// The text of a record, a line for each question.
/** @type {(record: PracticeRecord) => string} */
function textOf({ earlier, log }) {
  const asked = log.map(({ left, answer, ...question }) => ({ ...question, ...(left && { left }), ...(answer && { answer }) }));
  /** @type {(values: unknown[]) => string} */
  const lines = (values) => (values.length ? `[\n${values.map((one) => JSON.stringify(one)).join(",\n")}\n]` : "[]");
  return `{\n"format": "${FORMAT}",\n"version": 2,\n"earlier": ${lines(earlier)},\n"log": ${lines(asked)}\n}\n`;
}
