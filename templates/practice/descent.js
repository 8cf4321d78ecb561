// Runs of descent in floats, observed as gdquiz.judging.observation observes them.

// A family of losses made ready: its loss, gradient and Hessian as functions of a point.
/** @type {(family: FamilyData, grammar: Grammar) => Field} */
function fieldOf(family, grammar) {
  /** @type {(text: string) => Tree} */
  const tree = (text) => parsed(text, family.variables, grammar);
  /** @type {(text: string) => (point: number[]) => number} */
  const ready = (text) => compiled(tree(text), family.variables);
  const gradient = family.gradient.map(ready),
    hessian = family.hessian.map((row) => row.map(ready));
  return {
    loss: ready(family.loss),
    slopes: family.gradient.map(tree),
    gradient: (point) => gradient.map((part) => part(point)),
    hessian: (point) => hessian.map((row) => row.map((part) => part(point))),
  };
}

// One update of each method: (field, point, rate, beta, memory) -> [point, memory].
/** @type {Record<string, Update>} */
const UPDATES = {
  descent: (field, point, rate) => [
    difference(
      point,
      field.gradient(point).map((g) => rate * g),
    ),
    null,
  ],
  "heavy-ball": (field, point, rate, beta, memory) => {
    const slope = field.gradient(point);
    const velocity = memory ? slope.map((g, i) => beta * memory[i] + g) : slope;
    return [
      difference(
        point,
        velocity.map((v) => rate * v),
      ),
      velocity,
    ];
  },
  nesterov: (field, point, rate, beta, memory) => {
    const ahead = memory ? point.map((x, i) => x + beta * (x - memory[i])) : point;
    return [
      difference(
        ahead,
        field.gradient(ahead).map((g) => rate * g),
      ),
      point,
    ];
  },
};

// The first points of a run, the start first, up to the first where it or its loss is too large for floats.
/** @type {(field: Field, run: Run, steps: number) => number[][]} */
function path(field, run, steps) {
  const points = [run.start];
  let memory = null,
    point = run.start;
  for (let step = 0; step < steps; step++) {
    [point, memory] = UPDATES[run.method](field, point, run.rate, run.beta, memory);
    if (!point.every(Number.isFinite) || !Number.isFinite(field.loss(point))) break;
    points.push(point);
  }
  return points;
}

const WINDOW = 50,
  QUARTERS = 4,
  FAR = 1e8,
  SAME = 1e-12;

// A long run in a short form; the names are those of gdquiz.judging.observation.Trajectory.
/** @type {(field: Field, run: Run, steps: number, shown: number) => Seen} */
function observe(field, run, steps, shown) {
  /** @type {Seen} */
  const seen = {
    run,
    field,
    steps,
    shown,
    points: [],
    heights: [],
    tail: [],
    slopes: [],
    streak: 0,
    kept: 0,
    escaped: false,
    overflowed: false,
    wrong: 0,
    wrong_late: 0,
    right_late: 0,
    final_height: NaN,
    middle_height: NaN,
    middle_norm: NaN,
    low: run.start.map(() => Array(QUARTERS).fill(NaN)),
    high: run.start.map(() => Array(QUARTERS).fill(NaN)),
  };
  const radius = FAR * Math.max(1, norm(run.start)),
    half = Math.floor(steps / 2);
  let memory = null,
    point = run.start;
  for (let step = 0; step <= steps; step++) {
    if (step) [point, memory] = UPDATES[run.method](field, point, run.rate, run.beta, memory);
    const height = field.loss(point),
      out = norm(point);
    seen.tail.push(point);
    if (seen.tail.length > WINDOW + 1) seen.tail.shift();
    if (step <= shown) (seen.points.push(point), seen.heights.push(height));
    const fine = Number.isFinite(out) && Number.isFinite(height),
      active = !seen.escaped && fine;
    if (step && active) tally(seen, step, half, point, height);
    if (active) seen.kept++;
    if (!seen.escaped && !fine) seen.overflowed = true;
    if (!fine || (out > radius && Math.abs(seen.streak) >= 5)) seen.escaped = true;
    if (active) seen.final_height = height;
    if (step === half) [seen.middle_height, seen.middle_norm] = [seen.final_height, out];
    if (seen.escaped && step >= shown) break;
  }
  seen.slopes = seen.tail.map(field.gradient);
  return seen;
}

/** @type {(seen: Seen, step: number, half: number, point: number[], height: number) => void} */
function tally(seen, step, half, point, height) {
  const change = height - seen.final_height;
  seen.streak = change > 0 ? Math.max(seen.streak, 0) + 1 : change < 0 ? Math.min(seen.streak, 0) - 1 : 0;
  const margin = SAME * Math.max(1, Math.abs(height), Math.abs(seen.final_height));
  if (change > margin) seen.wrong++;
  if (step <= half) return;
  if (change > margin) seen.wrong_late++;
  if (change < -margin) seen.right_late++;
  const quarter = Math.floor(((step - half - 1) * QUARTERS) / (seen.steps - half));
  point.forEach((x, i) => {
    seen.low[i][quarter] = least(seen.low[i][quarter], x);
    seen.high[i][quarter] = most(seen.high[i][quarter], x);
  });
}

/** @type {(a: number, b: number) => number} */
const least = (a, b) => (Number.isNaN(a) ? b : Math.min(a, b));
/** @type {(a: number, b: number) => number} */
const most = (a, b) => (Number.isNaN(a) ? b : Math.max(a, b));

// The derivative of one update at a point, with the point before it; for methods with memory as a map of both points.
/** @type {(seen: Seen, place: number[], before: number[]) => number[][]} */
function transition(seen, place, before) {
  const { method, rate, beta } = seen.run,
    d = place.length;
  const ahead = method === "nesterov" ? place.map((x, i) => x + beta * (x - before[i])) : place;
  const single = seen.field.hessian(ahead).map((row, i) => row.map((h, j) => Number(i === j) - rate * h));
  if (method === "descent") return single;
  const unit = identity(d);
  const upper =
    method === "heavy-ball"
      ? single.map((row, i) => [...row.map((x, j) => x + beta * unit[i][j]), ...unit[i].map((x) => -beta * x)])
      : single.map((row) => [...row.map((x) => (1 + beta) * x), ...row.map((x) => -beta * x)]);
  return [...upper, ...unit.map((row) => [...row, ...row.map(() => 0)])];
}
