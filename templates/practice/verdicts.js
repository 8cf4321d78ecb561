// What became of a run: the rules of gdquiz.judging.rules, with the bounds of that very table.
// Answers are 1 (yes), 0 (too close to call) and -1 (no), combined as Kleene does.

const YES = 1,
  UNSURE = 0,
  NO = -1;
/** @type {(fact: unknown) => number} */
const certain = (fact) => (fact ? YES : NO);
/** @type {(yes: boolean, no: boolean) => number} */
const answer = (yes, no) => Number(yes) - Number(no);
/** @type {(...parts: number[]) => number} */
const both = (...parts) => Math.min(...parts);
/** @type {(...parts: number[]) => number} */
const either = (...parts) => Math.max(...parts);

/** @type {(bound: Bound, value: number) => number} */
function judgeBound([yes, no, large], value) {
  return large ? answer(value >= yes, value < no) : answer(value <= yes, value > no);
}

/** @type {(seen: Seen, family: Family, bounds: Bounds) => Found} */
function evidenceOf(seen, family, bounds) {
  const scale = Math.max(1, norm(seen.points[0])),
    slopeScale = Math.max(1, norm(seen.field.gradient(seen.run.start)));
  const sizes = seen.slopes.map((slope) => norm(slope) / slopeScale);
  const lengths = seen.tail.slice(1).map((point, i) => norm(difference(point, seen.tail[i])) / scale);
  const gradient = largest(sizes),
    step = Math.max(0, largest(lengths));
  const stationary = stationaryAt(family, seen.run);
  const candidate = both(judgeBound(bounds.gradient, gradient), judgeBound(bounds.step, step)) !== NO;
  const repeated = repetition(seen, scale, step, bounds),
    rest = confirmed(seen, scale, candidate, stationary === YES, bounds);
  const wanders = !seen.escaped && repeated.pattern === NO && rest.certificate === NO;
  return {
    seen,
    family,
    scale,
    gradient,
    last_gradient: sizes[sizes.length - 1],
    step,
    stationary,
    long: seen.steps >= 2 * WINDOW ? YES : UNSURE,
    ...repeated,
    ...rest,
    spread: rest.place ? spectralRadius(transition(seen, rest.place, rest.place)) : NaN,
    expansion: wanders ? expansionOf(seen) : NaN,
    limit: "undecided",
    resting: false,
    point: "none",
    bounds: (name) => bounds[name],
  };
}

/** @type {(values: number[]) => number} */
const largest = (values) =>
  values.reduce((a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b)), -Infinity);

/** @type {(seen: Seen, scale: number, step: number, bounds: Bounds) => Repetition} */
function repetition(seen, scale, step, bounds) {
  let found = NO,
    period = 0;
  for (let candidate = 2; candidate <= 8 && candidate < seen.tail.length; candidate++) {
    const gaps = seen.tail.slice(candidate).map((point, i) => norm(difference(point, seen.tail[i])));
    const told = judgeBound(bounds.gap, largest(gaps) / scale);
    if (told === YES && found !== YES) period = candidate;
    found = Math.max(found, told);
  }
  const pattern = both(found, judgeBound(bounds.amplitude, step));
  if (pattern !== YES) return { pattern, period: 0, multiplier: NaN };
  /** @type {number[][] | null} */
  let matrix = null;
  for (let back = 1; back <= period; back++) {
    const one = transition(seen, seen.tail[seen.tail.length - 1 - back], seen.tail[seen.tail.length - 2 - back]);
    matrix = matrix ? product(matrix, one) : one;
  }
  return { pattern, period, multiplier: spectralRadius(present(matrix)) };
}

/** @type {(seen: Seen) => number} */
function expansionOf(seen) {
  let matrix = null,
    total = 0;
  for (let place = 1; place < seen.tail.length - 1; place++) {
    const one = transition(seen, seen.tail[place], seen.tail[place - 1]);
    matrix = matrix ? product(one, matrix) : one;
    const length = Math.max(...matrix.flat().map(Math.abs));
    matrix = matrix.map((row) => row.map((x) => x / length));
    total += Math.log(length);
  }
  return matrix ? (total + Math.log(spectralRadius(matrix))) / (seen.tail.length - 2) : NaN;
}

// Newton's method from the last point: whether a critical point is confirmed there, and its curvatures.
/** @type {(seen: Seen, scale: number, candidate: boolean, stationary: boolean, bounds: Bounds) => Confirmed} */
function confirmed(seen, scale, candidate, stationary, bounds) {
  if (!candidate && !stationary) return { place: null, certificate: NO, eigenvalues: null };
  const start = stationary ? seen.points[0] : seen.tail[seen.tail.length - 1];
  /** @type {(point: number[]) => { values: number[]; vectors: number[][]; slope: number[]; along: number[] }} */
  const measured = (point) => {
    const hessian = seen.field.hessian(point),
      slope = seen.field.gradient(point);
    const { values, vectors } = finite(hessian)
      ? symmetric(hessian)
      : { values: point.map(() => NaN), vectors: identity(point.length) };
    return {
      values,
      vectors,
      slope,
      along: vectors.map((vector) => vector.reduce((sum, x, i) => sum + x * slope[i], 0)),
    };
  };
  let place = start;
  for (let round = 0; round < 4 && candidate && !stationary; round++) {
    const { values, vectors, along } = measured(place);
    const change = place.map((_, i) =>
      values.reduce((sum, value, j) => sum + (value ? (vectors[j][i] * along[j]) / value : 0), 0),
    );
    if (!(norm(change) <= bounds.moved[1] * scale)) break;
    place = difference(place, change);
  }
  const { values, slope, along } = measured(place);
  const length = Math.max(1, ...values.map(Math.abs));
  const residual = judgeBound(bounds.residual, norm(slope) / Math.max(length, scale));
  let near = judgeBound(
    bounds.moved,
    (norm(difference(place, start)) + norm(along.map((x, j) => x / values[j]))) / scale,
  );
  if (!(Math.min(...values.map(Math.abs)) / length > bounds.curvature[0])) near = Math.min(near, UNSURE);
  const certificate = stationary ? YES : both(residual, near);
  return { place, certificate, eigenvalues: values };
}

// --- the rules, in the order of the table: (case, bound by name) -> answer -------------------------------------------

/** @type {(found: Found) => number} */
const growth = ({ seen }) => {
  const last = norm(seen.tail[seen.tail.length - 1]);
  return last === 0 ? 0 : last / seen.middle_norm;
};
/** @type {(found: Found) => number} */
const needed = ({ seen }) => Math.min(seen.overflowed ? 3 : 5, Math.max(seen.kept - 1, 1));
/** @type {(found: Found) => [number, number, number]} */
const relative = ({ eigenvalues, resting }) => {
  if (!resting || !eigenvalues) return [NaN, NaN, NaN];
  const length = Math.max(1, ...eigenvalues.map(Math.abs));
  return [
    Math.min(...eigenvalues) / length,
    Math.max(...eigenvalues) / length,
    Math.min(...eigenvalues.map(Math.abs)) / length,
  ];
};
/** @type {(found: Found, limit: string, told: number) => number} */
const when = (found, limit, told) => (found.limit === limit ? told : found.limit === "undecided" ? UNSURE : NO);

/** @type {Record<string, Record<string, Decide>>} */
const DECIDE = {
  limit: {
    stationary_start: (c) => c.stationary,
    diverged_loss_up: (c, bound) => {
      const { seen } = c,
        enough = needed(c);
      const far = bound("distance", norm(seen.tail[seen.tail.length - 1]) / Math.max(1, norm(seen.points[0])));
      return answer(
        seen.escaped && seen.streak >= enough,
        (!seen.escaped && far === NO) || (seen.escaped && seen.streak <= -enough),
      );
    },
    unbounded_below: (c, bound) => {
      const { seen } = c;
      const deep = bound("depth", seen.final_height / Math.max(1, Math.abs(seen.heights[0])));
      const falling = seen.streak <= -needed(c) ? deep : UNSURE;
      if (!seen.escaped) return NO;
      return c.family.knowledge.bounded_below === YES ? UNSURE : Math.max(falling, UNSURE);
    },
    cycle: (c, bound) => both(c.pattern, Math.max(bound("multiplier", c.multiplier), UNSURE), c.long),
    converged: (c, bound) => both(bound("gradient", c.gradient), bound("step", c.step), c.certificate, c.long),
    bounded_irregular: (c, bound) => {
      const { seen } = c,
        [fewest] = c.bounds("wrong-way steps");
      if (seen.wrong_late <= fewest) return NO;
      const ranges = seen.low[0].map((_, quarter) =>
        Math.max(...seen.low.map((low, i) => seen.high[i][quarter] - low[quarter])),
      );
      const trend = ranges.slice(1).map((x, i) => x - ranges[i]);
      const even = bound("ranges", Math.max(...ranges) / Math.min(...ranges));
      const steady = both(even, answer(!(trend.every((x) => x > 0) || trend.every((x) => x < 0)), false));
      const apart = both(bound("expansion", c.expansion), bound("steps", seen.steps));
      const turning = certain(seen.wrong_late > fewest && seen.right_late > fewest);
      return Math.max(both(steady, turning, apart), UNSURE);
    },
    drift: (c, bound) => {
      const { knowledge } = c.family;
      return both(
        certain(c.seen.wrong === 0),
        bound("growth", growth(c)),
        both(knowledge.bounded_below, -knowledge.attained),
        c.long,
      );
    },
    slow: (c, bound) => {
      const { seen } = c;
      const fall = (seen.middle_height - seen.final_height) / Math.max(1, Math.abs(seen.final_height));
      const stays = either(bound("growth", growth(c)), c.family.knowledge.attained);
      return both(bound("wrong-way steps", seen.wrong_late), bound("fall", fall), stays, c.long);
    },
  },
  point: {
    local_min: (c, bound) => bound("curvature", relative(c)[0]),
    local_max: (c, bound) => bound("curvature", -relative(c)[1]),
    saddle: (c, bound) =>
      both(certain(relative(c)[0] < 0), certain(relative(c)[1] > 0), bound("curvature", relative(c)[2])),
    degenerate: (c) => answer(relative(c)[2] <= c.bounds("curvature")[0], false),
  },
  scope: {
    global: (c, bound) => {
      const { knowledge } = c.family;
      const heights = [...(knowledge.critical_values || [])].sort((a, b) => a - b);
      let best = knowledge.best,
        gap = Infinity;
      if (knowledge.critical_values) {
        if (best === null && knowledge.bounded_below === YES && knowledge.attained === YES) best = heights[0];
        const least = best;
        const above = least === null ? [] : heights.map((height) => height - least).filter((x) => x > 1e-13);
        gap = Math.min(Infinity, ...above);
      }
      let reached = UNSURE;
      if (best !== null) {
        const unit = Math.max(1, Math.abs(best)),
          excess = c.place ? Math.abs(c.seen.field.loss(c.place) - best) / unit : NaN;
        reached = both(bound("excess", excess), Math.max(bound("gap", gap / unit), UNSURE));
      }
      return both(certain(c.resting), either(knowledge.convex === YES ? YES : UNSURE, reached));
    },
  },
  flag: {
    plateau: (c, bound) => {
      const { seen } = c,
        best = c.family.knowledge.best;
      const left = best === null ? UNSURE : bound("left", (seen.final_height - best) / (seen.heights[0] - best));
      return when(c, "slow", both(bound("gradient", c.last_gradient), left));
    },
    unstable_limit: (c, bound) => when(c, "converged", bound("multiplier", c.spread)),
    one_step: (c, bound) => {
      const away = c.place ? norm(difference(c.seen.points[1], c.place)) / c.scale : NaN;
      return when(c, "converged", both(bound("distance", away), UNSURE));
    },
    oscillating: (c, bound) => {
      const { seen } = c;
      if (seen.run.start.length > 1 || seen.shown < 3) return when(c, "converged", UNSURE);
      const errors = errorsOf(c);
      /** @type {boolean[]} */
      const clear = [];
      for (const error of errors)
        clear.push((clear[clear.length - 1] ?? true) && Math.abs(error) > c.bounds("error")[0]);
      let count = 0,
        crosses = 0,
        falling = true;
      for (let k = 1; k < errors.length; k++) {
        if (!clear[k]) continue;
        count++;
        if (errors[k] * errors[k - 1] < 0) crosses++;
        if (Math.abs(errors[k]) >= Math.abs(errors[k - 1])) falling = false;
      }
      const told = both(bound("share", crosses / Math.max(count, 1)), certain(falling));
      return when(c, "converged", count >= 3 ? told : UNSURE);
    },
    basin_jump: (c, bound) => {
      const { seen } = c,
        { barriers, convex } = c.family.knowledge;
      let told = UNSURE;
      if (barriers && seen.run.start.length === 1) {
        const start = seen.points[0][0],
          end = c.place ? c.place[0] : NaN;
        const near = Math.min(...barriers.map((x) => Math.abs(x - start))) / Math.max(1, Math.abs(start));
        const clear = !barriers.length || bound("barrier", near) === YES;
        if (clear && c.point === "local_min") told = certain(barriers.some((x) => (x - start) * (x - end) < 0));
      }
      return when(c, "converged", convex === YES ? NO : told);
    },
  },
  event: {
    overshoot: (c, bound) =>
      c.seen.heights.slice(1).map((after, k) => {
        const before = c.seen.heights[k],
          unit = Math.max(1, Math.abs(before), Math.abs(after));
        const change =
          Number.isFinite(before) && Math.abs(after) === Infinity ? Math.sign(after) : (after - before) / unit;
        return bound("change", change);
      }),
    crossing: (c) => {
      if (c.seen.run.start.length > 1) return c.seen.points.slice(1).map(() => UNSURE);
      const errors = errorsOf(c),
        clear = errors.map((error) => Math.abs(error) > c.bounds("error")[0]);
      return errors.slice(1).map((error, k) => {
        const side = Math.sign(error) * Math.sign(errors[k]),
          known = clear[k + 1] && clear[k];
        return answer(known && side < 0, known && side > 0);
      });
    },
  },
};

/** @type {(found: Found) => number[]} */
function errorsOf(c) {
  const { target } = c.family.knowledge;
  const aim = target ? target[0] : c.resting && c.place ? c.place[0] : NaN;
  return c.seen.points.map((point) => point[0] - aim);
}

// What floats suggest and no theorem of the engine decides is left open: runs that wander about, and escapes in the
// plane of methods with a memory, unless the loss is quadratic or the run never leaves a line along an axis.
/** @type {(limit: string, family: Family, run: Run, seen: Seen) => string} */
function provable(limit, family, run, seen) {
  const escapes = ["diverged_loss_up", "unbounded_below"].includes(limit);
  /** @type {(x: number, i: number) => boolean} */
  const stays = (x, i) => seen.points.every((point) => !Number.isFinite(point[i]) || point[i] === x);
  const moving = run.start.filter((x, i) => !stays(x, i)).length;
  const open = moving > 1 && run.method !== "descent" && family.proof?.kind !== "quadratic";
  return limit === "bounded_irregular" || (escapes && open) ? "undecided" : limit;
}

// The verdict on a run: { limit, period, point, scope, exact, flags and events by name }.
/** @type {(family: Family, run: Run, rules: JudgingRule[], steps: number, shown: number) => Outcome} */
function verdictOn(family, run, rules, steps, shown) {
  /** @type {Bounds} */
  const bounds = {};
  for (const rule of rules) for (const [name, bound] of Object.entries(rule.bounds)) bounds[name] ??= bound;
  const named = Object.fromEntries(rules.map((rule) => [`${rule.axis} ${rule.value}`, rule]));
  /** @type {(axis: string, value: string) => Bounds} */
  const of = (axis, value) => Object.fromEntries(Object.entries(named[`${axis} ${value}`].bounds));
  const general = { ...of("limit", "cycle"), ...of("limit", "converged"), ...of("point", "local_min") };
  const seen = observe(family.field, run, steps, shown);
  const found = evidenceOf(seen, family, general);
  /** @type {(axis: string, value: string) => any} */
  const decide = (axis, value) => {
    const own = of(axis, value);
    found.bounds = (name) => own[name];
    return DECIDE[axis][value](found, (name, measured) => judgeBound(own[name], measured));
  };
  /** @type {(axis: string, otherwise: string) => string} */
  const first = (axis, otherwise) => {
    for (const value of Object.keys(DECIDE[axis])) {
      const told = decide(axis, value);
      if (told !== NO) return told === YES ? value : otherwise;
    }
    return otherwise;
  };
  const sure = run.method === "descent" ? certified(family, run, shown) : null;
  /** @type {Outcome} */
  const verdict = {
    seen,
    exact: sure !== null,
    limit: "undecided",
    period: 0,
    point: "none",
    scope: "local_or_unknown",
    place: null,
    overshoot: [],
    crossing: [],
  };
  found.limit = verdict.limit = sure ? sure.limit : provable(first("limit", "undecided"), family, run, seen);
  found.resting = ["converged", "stationary_start"].includes(found.limit);
  found.point = verdict.point = sure ? sure.point : first("point", "none");
  verdict.scope = sure ? (sure.best ? "global" : "local_or_unknown") : first("scope", "local_or_unknown");
  verdict.period = sure ? sure.period : found.limit === "cycle" ? found.period : 0;
  for (const axis of ["flag", "event"])
    for (const value of Object.keys(DECIDE[axis])) verdict[value] = decide(axis, value);
  if (sure) {
    for (const flag of ["one_step", "unstable_limit", "oscillating"]) verdict[flag] = sure[flag];
    for (const event of ["overshoot", "crossing"])
      verdict[event] = verdict[event].map((/** @type {number} */ told, /** @type {number} */ k) => sure[event][k] || told);
  }
  const last = lastSound(seen); // what comes after numbers that are too large for floats is not told
  for (const event of Object.keys(DECIDE.event))
    verdict[event] = verdict[event].map((/** @type {number} */ told, /** @type {number} */ k) => (k < last ? told : UNSURE));
  verdict.place = !found.resting ? null : sure ? (sure.at ?? restOf(family)) : found.place;
  return sharpened(verdict, family);
}

// The first shown step at which a number is missing, or the last one.
/** @type {(seen: Seen) => number} */
function lastSound(seen) {
  /** @type {(point: number[]) => boolean} */
  const sound = (point) => [...point, seen.field.loss(point), ...seen.field.gradient(point)].every(Number.isFinite);
  const broken = seen.points.findIndex((point) => !sound(point));
  return broken < 0 ? seen.points.length : broken;
}

// What is proved of the critical point that is the limit, where the run itself left that open.
/** @type {(verdict: Outcome, family: Family) => Outcome} */
function sharpened(verdict, family) {
  const { place } = verdict;
  if (!place) return verdict;
  const reach = 1e-6 * Math.max(1, ...place.map(Math.abs));
  const at = family.critical.find((one) => one.point.every((x, i) => Math.abs(x - place[i]) <= reach));
  if (!at) return verdict;
  if (["none", "degenerate"].includes(verdict.point)) verdict.point = at.kind;
  if (at.global) verdict.scope = "global";
  return { ...verdict, place: at.point };
}

// The sentences of the table for a verdict; what is unsure is not mentioned.
/** @type {(verdict: Outcome, rules: JudgingRule[], undecided: string) => string[]} */
function sentences(verdict, rules, undecided) {
  const said = rules
    .filter(({ axis, value }) => (axis === "flag" ? verdict[value] === YES : verdict[axis] === value))
    .map((rule) => rule.sentence.replace("{period}", `${verdict.period}`));
  return verdict.limit === "undecided" ? [undecided, ...said] : said;
}
