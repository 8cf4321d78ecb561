// Progress: what is known of each skill, kept in the browser; the record is that of gdquiz.practice.progress.

const STORE = "gdquiz-practice";
const EMPTY = {
  format: "gdquiz-progress",
  version: 1,
  questions: 0,
  skills: {},
  items: {},
  misconceptions: {},
  pending: "",
  pursued: 0,
};

// A record from text, or null for a text that holds none.
function recordIn(text) {
  try {
    const found = JSON.parse(text);
    if (found?.format !== EMPTY.format || found.version !== EMPTY.version) return null;
    const skills = Object.values(found.skills ?? {}).every(
      (skill) => skill.mastery >= 0 && skill.mastery <= 1 && skill.questions >= 0,
    );
    return skills ? { ...EMPTY, ...found } : null;
  } catch {
    return null;
  }
}

function storedSession(data) {
  let record = EMPTY,
    kept = true;
  const keep = (next) => {
    record = next;
    try {
      if (kept) localStorage.setItem(STORE, JSON.stringify(record));
    } catch {
      kept = false; // private windows and some settings do not let pages keep anything
    }
  };
  try {
    record = recordIn(localStorage.getItem(STORE)) ?? EMPTY;
  } catch {
    kept = false;
  }
  keep(record);
  const skill = (name) => record.skills[name] ?? { mastery: data.mastery.start, questions: 0, credit: 0, last: 0 };
  return {
    isKept: () => kept,
    record: () => record,
    skill,
    isMastered: (name) => skill(name).mastery >= data.mastery.mastered,
    asked: (item) =>
      keep({
        ...record,
        questions: record.questions + 1,
        items: { ...record.items, [item]: (record.items[item] ?? 0) + 1 },
      }),
    skipped: () => keep({ ...record, pending: "", pursued: 0 }),
    // After a question of a skill earned a share of its points, showing misconceptions, the first of which is pursued.
    answered: (name, credit, chance, codes) => {
      const before = skill(name),
        misconceptions = { ...record.misconceptions };
      for (const code of codes) misconceptions[code] = (misconceptions[code] ?? 0) + 1;
      let pending = codes[0] ?? "",
        pursued = pending && pending === record.pending ? record.pursued + 1 : 0;
      if (pursued >= data.mastery.pursued) [pending, pursued] = ["", 0];
      const mastery = rounded(after(before.mastery, credit, chance, data.mastery));
      const told = {
        mastery,
        questions: before.questions + 1,
        credit: rounded(before.credit + credit),
        last: record.questions,
      };
      keep({ ...record, skills: { ...record.skills, [name]: told }, misconceptions, pending, pursued });
    },
    reset: () => keep(EMPTY),
    text: () => `${JSON.stringify(record, null, 1)}\n`,
    // Takes a record from a file; whether it was one.
    take: (text) => {
      const found = recordIn(text);
      if (found) keep(found);
      return found !== null;
    },
  };
}

const rounded = (x) => Number(x.toFixed(6));

// Bayesian Knowledge Tracing, as gdquiz.practice.mastery explains it: what is known after an answer that earned a share
// of the points, on a question that guessing gets right with a chance.
function after(known, credit, chance, { learn, slip }) {
  const right = (known * (1 - slip)) / (known * (1 - slip) + (1 - known) * chance);
  const wrong = (known * slip) / (known * slip + (1 - known) * (1 - chance));
  const seen = credit * right + (1 - credit) * wrong;
  return seen + (1 - seen) * learn;
}

// --- what comes next, as gdquiz.practice.plan has it -----------------------------------------------------------------

// The item to ask next, of some items: one that foresees the slip just made, else the easiest of the skill that is due.
// What is equally due comes in an order that was shuffled when the page was opened.
function nextItem(data, items, session, last) {
  const { pending, items: times } = session.record();
  const rank = (item) => [item.tier + (times[item.id] ?? 0), times[item.id] ?? 0, item.lot];
  const aimed = pending ? items.filter((item) => item.codes.has(pending)) : [];
  if (aimed.length) {
    const others = aimed.filter((item) => item !== last);
    return { item: first(others.length ? others : aimed, rank), aimedAt: pending };
  }
  const skills = [...new Set(items.map((item) => item.skill))],
    unlearned = skills.filter((skill) => !session.isMastered(skill));
  const own = (skill) => items.filter((item) => item.skill === skill);
  if (!unlearned.length) {
    const due = first(skills, (skill) => [session.skill(skill).last]);
    return { item: first(own(due), rank), aimedAt: "" };
  }
  const ready = unlearned.filter((skill) => !(data.skills[skill] ?? []).some((need) => unlearned.includes(need)));
  const easiest = (skill) => Math.min(...own(skill).map((item) => item.tier)),
    lot = (skill) => Math.min(...own(skill).map((item) => item.lot));
  const due = first(ready.length ? ready : unlearned, (skill) => [
    easiest(skill),
    -session.skill(skill).mastery,
    lot(skill),
  ]);
  return { item: first(own(due), rank), aimedAt: "" };
}

// The one of the smallest rank, a list of numbers.
function first(all, rank) {
  const smaller = (a, b) => {
    const at = a.findIndex((x, i) => x !== b[i]);
    return at >= 0 && a[at] < b[at];
  };
  return all.map((one) => [one, rank(one)]).reduce((best, other) => (smaller(other[1], best[1]) ? other : best))[0];
}
