// What a tab of a browser keeps.  Several tabs share the browser's record: each adds what was answered in it to what the
// record holds by then, and learns from the browser what the others add.

const STORE = "gdquiz-practice";
const ASIDE = `${STORE}.broken`;

// The session of a page; ``tell`` shows a warning, and takes it away when there is none; ``changed`` is called when
// another tab has changed the record.
/** @type {(data: PageData, tell: (warnings: string[]) => void, changed: () => void) => Session} */
function storedSession(data, tell, changed) {
  const session = [...crypto.getRandomValues(new Uint8Array(8))].map((x) => x.toString(16).padStart(2, "0")).join("");
  let own = EMPTY, // what came about in this tab: it is in every record that the tab writes
    known = EMPTY,
    progress = progressOf(known, data.mastery),
    count = 0;
  /** @type {string | null} */
  let seen = null; // the text that ``known`` was read from or written as
  /** @type {Asked | null} */
  let open = null; // the question that is asked now
  /** @type {Record<string, string>} */
  const warnings = { unread: "", unkept: "" };
  /** @type {(name: string, words: string) => void} */
  const warn = (name, words) => {
    warnings[name] = words;
    tell(Object.values(warnings).filter(Boolean));
  };
  /** @type {(record: PracticeRecord) => void} */
  const learn = (record) => {
    known = record;
    progress = progressOf(known, data.mastery);
  };

  // Adds what this tab knows to what the browser keeps, which may be nothing, or spoilt, or written by another tab.
  const write = () => {
    try {
      const text = localStorage.getItem(STORE);
      let stored = text === seen ? known : EMPTY;
      if (text !== null && text !== seen) {
        const { record, faults } = recordFrom(text, data);
        if (record) stored = record;
        else {
          setAside(text);
          stored = known;
          warn(
            "unread",
            `What this browser kept of your progress cannot be read (${faults[0]}). It is set aside, and can be ` +
              `saved as a file from Progress; ${known.log.length ? "what this page knows is kept" : "practice starts from zero"}.`,
          );
        }
      }
      learn(joined(stored, own));
      const next = textOf(known);
      if (text === null || next !== text) localStorage.setItem(STORE, next);
      seen = next;
      if (warnings.unkept) warn("unkept", "");
    } catch (error) {
      learn(joined(known, own));
      const full = error instanceof DOMException && error.name === "QuotaExceededError";
      const why = full ? "has no room left for" : "does not let the page keep";
      warn("unkept", `This browser ${why} your progress; it is lost when you leave. Save it as a file, from Progress.`);
    }
  };
  /** @type {(question: Asked) => void} */
  const add = (question) => {
    own = joined(own, { earlier: [], log: [question] });
    write();
  };
  const forget = () => {
    own = EMPTY;
    seen = null;
    learn(EMPTY);
  };
  // After another tab wrote: what it wrote is taken over, and where it did not know of what was answered here, put back.
  const refresh = () => {
    try {
      const text = localStorage.getItem(STORE);
      if (text === seen) return;
      if (text === null) forget();
      else {
        const { record } = recordFrom(text, data);
        if (record && holds(record, own)) {
          learn(record);
          seen = text;
        } else write();
      }
      changed();
    } catch {
      /* nothing is kept, which was told when it was tried */
    }
  };
  addEventListener("storage", (event) => {
    if (event.key === STORE || event.key === null) refresh();
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
  write();

  /** @type {(name: string) => SkillSums} */
  const skill = (name) => progress.skills[name] ?? { ...NONE, mastery: data.mastery.start };
  return {
    progress: () => progress,
    skill,
    isMastered: (name) => skill(name).mastery >= data.mastery.mastered,
    asked: (item) => {
      count++;
      open = askedAfter(known, `${session}-${count}`, item);
      add(open);
    },
    skipped: () => add({ ...present(open), left: true }),
    // After the question earned a share of its points, showing misconceptions, the first of which is pursued.
    answered: (name, credit, chance, codes) => add({ ...present(open), answer: { skill: name, credit, chance, codes } }),
    // Forgets all that was kept, here and, as they learn of it, in the other tabs.
    reset: () => {
      forget();
      try {
        for (const name of [STORE, ...asides()]) localStorage.removeItem(name);
      } catch {
        /* nothing is kept */
      }
      warn("unread", "");
    },
    text: () => textOf(known),
    // Adds the record in a text; what is wrong with the text, if anything is, and then nothing is added.
    take: (text) => {
      const { record, faults } = recordFrom(text, data);
      if (record) {
        own = joined(own, record);
        write();
      }
      return faults;
    },
    // The texts that were set aside.
    aside: () => {
      try {
        return asides().map((name) => localStorage.getItem(name) ?? "");
      } catch {
        return [];
      }
    },
  };
}

const asides = () =>
  Object.keys(localStorage)
    .filter((name) => name.startsWith(ASIDE))
    .sort();

// Keeps a text under a name that is free, unless it is kept already.
/** @type {(text: string) => void} */
function setAside(text) {
  const names = asides();
  if (names.some((name) => localStorage.getItem(name) === text)) return;
  let number = 1;
  const name = () => (number === 1 ? ASIDE : `${ASIDE}-${number}`);
  while (names.includes(name())) number++;
  localStorage.setItem(name(), text);
}

// --- what comes next, as gdquiz.practice.plan has it -----------------------------------------------------------------

// The item to ask next, of some items: one that foresees the slip just made, else the easiest of the skill that is due.
// What is equally due comes in an order that was shuffled when the page was opened.
/** @type {(data: PageData, items: Item[], session: Session, last: Item | null) => { item: Item; aimedAt: string }} */
function nextItem(data, items, session, last) {
  const { pending, items: times } = session.progress();
  /** @type {(item: Item) => number[]} */
  const rank = (item) => [item.tier + (times[item.id] ?? 0), times[item.id] ?? 0, item.lot];
  const aimed = pending ? items.filter((item) => item.codes.has(pending)) : [];
  if (aimed.length) {
    const others = aimed.filter((item) => item !== last);
    return { item: first(others.length ? others : aimed, rank), aimedAt: pending };
  }
  const skills = [...new Set(items.map((item) => item.skill))],
    unlearned = skills.filter((skill) => !session.isMastered(skill));
  /** @type {(skill: string) => Item[]} */
  const own = (skill) => items.filter((item) => item.skill === skill);
  if (!unlearned.length) {
    const due = first(skills, (skill) => [session.skill(skill).last]);
    return { item: first(own(due), rank), aimedAt: "" };
  }
  const ready = unlearned.filter((skill) => !(data.skills[skill] ?? []).some((need) => unlearned.includes(need)));
  /** @type {(skill: string) => number} */
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
/** @type {<One>(all: One[], rank: (one: One) => number[]) => One} */
function first(all, rank) {
  /** @type {(a: number[], b: number[]) => boolean} */
  const smaller = (a, b) => {
    const at = a.findIndex((x, i) => x !== b[i]);
    return at >= 0 && a[at] < b[at];
  };
  return all
    .map((one) => ({ one, rank: rank(one) }))
    .reduce((best, other) => (smaller(other.rank, best.rank) ? other : best)).one;
}
