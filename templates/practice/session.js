// Progress: what is known of each skill, which questions were seen; kept in the browser, under one name for all pages.

const STORE = "gdquiz-practice", STORE_VERSION = 1;

function storedProgress(data) {
  const empty = () => ({ version: STORE_VERSION, skills: {}, seen: {}, slips: {} });
  let progress = empty(), kept = true;
  try {
    const found = JSON.parse(localStorage.getItem(STORE) ?? "null");
    if (found?.version === STORE_VERSION && found.skills && found.seen && found.slips) progress = found;
    localStorage.setItem(STORE, JSON.stringify(progress));
  } catch {
    kept = false; // private windows and some settings do not let pages keep anything
  }
  const keep = () => {
    try {
      if (kept) localStorage.setItem(STORE, JSON.stringify(progress));
    } catch {
      kept = false;
    }
  };
  return {
    isKept: () => kept,
    mastery: (skill) => progress.skills[skill]?.mastery ?? data.mastery.start,
    answered: (skill) => progress.skills[skill]?.answered ?? 0,
    right: (skill) => progress.skills[skill]?.right ?? 0,
    times: (name) => progress.seen[name] ?? 0,
    slips: () => Object.entries(progress.slips).sort(([, a], [, b]) => b - a),
    see: (name) => { progress.seen[name] = (progress.seen[name] ?? 0) + 1; keep(); },
    note: (skill, right, codes) => {
      const old = progress.skills[skill] ?? { mastery: data.mastery.start, answered: 0, right: 0 };
      progress.skills[skill] = { mastery: updated(old.mastery, right, data.mastery), answered: old.answered + 1, right: old.right + Number(right) };
      for (const code of codes) progress.slips[code] = (progress.slips[code] ?? 0) + 1;
      keep();
    },
    reset: () => { progress = empty(); keep(); },
    text: () => JSON.stringify(progress, null, 1),
    take: (text) => {
      const found = JSON.parse(text);
      if (found?.version !== STORE_VERSION || !found.skills || !found.seen || !found.slips) throw new Error("no progress of this page");
      progress = found;
      keep();
    },
  };
}

// --- mastery: Bayesian Knowledge Tracing (Corbett and Anderson 1995), with the parameters of gdquiz.practice ----------

// The probability that the skill is mastered, after an answer.
function updated(mastery, right, { learn, slip, guess }) {
  const known = right ? mastery * (1 - slip) : mastery * slip, unknown = right ? (1 - mastery) * guess : (1 - mastery) * (1 - guess);
  const after = known / (known + unknown);
  return after + (1 - after) * learn;
}

// --- what comes next -------------------------------------------------------------------------------------------------

// The next question: one on the slip that was just made, else one of the skill that needs it most.  A skill is open
// when those it needs are mastered or not on this page; the least mastered open skill in the order of the course comes
// first, and of its questions the ones seen least.
function nextQuestion(data, session, { within, slip, last }) {
  const inside = data.questions.filter(within);
  const fresh = (questions) => leastSeen(questions.filter((question) => question !== last), session);
  const aimed = slip ? inside.filter((question) => question !== last && question.parts.some((part) => part.wrong?.some((wrong) => wrong.code === slip))) : [];
  if (aimed.length) return leastSeen(aimed, session);
  const skills = Object.keys(data.skills).filter((skill) => inside.some((question) => question.skill === skill));
  const mastered = (skill) => session.mastery(skill) >= data.mastery.mastered;
  const open = skills.filter((skill) => !mastered(skill) && data.skills[skill].every((need) => !skills.includes(need) || mastered(need)));
  const waiting = open.length ? open : skills.filter((skill) => !mastered(skill));
  const chosen = waiting.length ? waiting[0] : leastSeenSkill(skills, inside, session);
  return fresh(inside.filter((question) => question.skill === chosen)) ?? fresh(inside) ?? inside[0] ?? null;
}

function leastSeen(questions, session) {
  const fewest = Math.min(...questions.map((question) => session.times(question.name)));
  const found = questions.filter((question) => session.times(question.name) === fewest);
  return found[Math.floor(Math.random() * found.length)];
}

function leastSeenSkill(skills, questions, session) {
  const seen = (skill) => questions.filter((question) => question.skill === skill).reduce((sum, question) => sum + session.times(question.name), 0);
  return skills.reduce((best, skill) => (seen(skill) < seen(best) ? skill : best));
}
