// Runs of plain descent that exact arithmetic decides; see gdquiz.theorems.certificates for the theory.
// A start and a rate carry their exact values beside the floats: run.exact = { start: [rationals], rate }.

/** @type {(family: Family, run: Run, shown: number) => Sure | null} */
function certified(family, run, shown) {
  const { proof } = family;
  if (!run.exact || run.exact.rate.top <= 0n) return null;
  if (!proof) return settled(family, run, shown);
  const centre = proof.centre.map(exactly),
    { rate } = run.exact;
  const errors = run.exact.start.map((x, i) => minus(x, centre[i]));
  if (proof.kind === "quadratic") return certifiedQuadratic(proof.curvatures.map(exactly), errors, rate, shown);
  if (proof.kind === "power") return certifiedPower(exactly(proof.size), proof.exponent, errors[0], rate, shown);
  return certifiedAbsolute(exactly(proof.size), errors[0], rate, shown);
}

// Whether the gradient at the start is zero, by the rules of arithmetic; floats alone only ever say no.
/** @type {(family: Family, run: Run) => number} */
function stationaryAt(family, run) {
  const slope = run.exact ? exactSlope(family, run.exact.start) : family.variables.map(() => null);
  if (slope.every((g) => g && !g.top)) return YES;
  return slope.some((g) => g && g.top) || Math.max(...family.field.gradient(run.start).map(Math.abs)) > 1e-9
    ? NO
    : UNSURE;
}

/** @type {(family: Family, point: Ratio[]) => (Ratio | null)[]} */
function exactSlope(family, point) {
  const at = Object.fromEntries(family.variables.map((name, i) => [name, point[i]]));
  return family.field.slopes.map((tree) => exactValue(tree, at));
}

/** @type {(family: Family) => number[]} */
const restOf = (family) => present(family.proof).centre.map((text) => float(exactly(text)));

/** @type {(curvatures: Ratio[], errors: Ratio[], rate: Ratio, shown: number) => Sure | null} */
function certifiedQuadratic(curvatures, errors, rate, shown) {
  const factors = curvatures.map((curvature) => minus(ONE, times(rate, curvature))),
    sizes = factors.map(size);
  const directions = curvatures.map((curvature, i) => ({
    curvature,
    error: errors[i],
    factor: factors[i],
    size: sizes[i],
    moving: Boolean(errors[i].top && curvature.top),
  }));
  const moving = directions.filter((one) => one.moving);
  const grows = moving.some((one) => compare(one.size, ONE) > 0),
    keeps = moving.some((one) => same(one.size, ONE));
  const top = moving.reduce((best, one) => (compare(one.size, best) > 0 ? one.size : best), ZERO);
  const lean = moving
    .filter((one) => same(one.size, top))
    .reduce((sum, one) => plus(sum, times(one.curvature, times(one.error, one.error))), ZERO);
  if (grows && !lean.top) return null;
  const limit = !moving.length
    ? "stationary_start"
    : grows
      ? lean.top > 0n
        ? "diverged_loss_up"
        : "unbounded_below"
      : keeps
        ? "cycle"
        : "converged";
  const settled = limit === "stationary_start" || limit === "converged",
    signs = curvatures.map(signOf);
  const kind = signs.includes(0)
    ? "degenerate"
    : signs.every((s) => s > 0)
      ? "local_min"
      : signs.every((s) => s < 0)
        ? "local_max"
        : "saddle";
  const converged = limit === "converged";
  const escapes = sizes.some((s) => compare(s, ONE) > 0);
  const neutral = directions.some((one) => same(one.size, ONE) && one.curvature.top);
  const turns = moving.some((one) => one.factor.top < 0n);
  const turnsInside = moving.some((one) => one.factor.top < 0n && compare(one.size, ONE) < 0);
  return {
    limit,
    period: limit === "cycle" ? 2 : 0,
    point: settled ? kind : "none",
    best: settled && signs.every((s) => s >= 0),
    one_step: certain(converged && moving.every((one) => !one.factor.top)),
    unstable_limit: answer(converged && escapes, !(converged && (escapes || neutral))),
    oscillating: certain(converged && turnsInside),
    overshoot: quadraticOvershoot(moving, shown),
    crossing: Array(shown).fill(certain(turns)),
  };
}

// Whether the sum of curvature error^2 factor^(2k) (factor^2 - 1) is positive, for k = 0 .. shown - 1.
/** @type {(moving: Direction[], shown: number) => number[]} */
function quadraticOvershoot(moving, shown) {
  const squares = moving.map((one) => times(one.factor, one.factor));
  let weights = moving.map((one, i) =>
    times(times(one.curvature, times(one.error, one.error)), minus(squares[i], ONE)),
  );
  return Array.from({ length: shown }, () => {
    const told = weights.some((w) => bits(w) > 4000) ? UNSURE : certain(weights.reduce(plus, ZERO).top > 0n);
    if (told !== UNSURE) weights = weights.map((w, i) => times(w, squares[i]));
    return told;
  });
}

// The loss steep |e|: steps of one length, which land on the kink or end in a cycle about it.
/** @type {(steep: Ratio, error: Ratio, rate: Ratio, shown: number) => Sure} */
function certifiedAbsolute(steep, error, rate, shown) {
  const step = times(rate, steep),
    distance = size(error),
    count = whole(over(distance, step));
  const rest = minus(distance, times(ratio(count), step));
  const still = !error.top,
    lands = !rest.top;
  const limit = still ? "stationary_start" : lands ? "converged" : "cycle",
    rests = limit !== "cycle";
  /** @type {(k: number) => bigint} */
  const after = (k) => BigInt(k) - count,
    twice = compare(times(TWO, rest), step);
  return {
    limit,
    period: rests ? 0 : 2,
    point: rests ? "local_min" : "none",
    best: rests,
    one_step: certain(limit === "converged" && same(distance, step)),
    unstable_limit: NO,
    oscillating: NO,
    overshoot: Array.from({ length: shown }, (_, k) =>
      certain(!rests && after(k) >= 0n && (after(k) % 2n === 0n ? twice < 0 : twice > 0)),
    ),
    crossing: Array.from({ length: shown }, (_, k) => certain(!rests && after(k) >= 0n)),
  };
}

// The loss size e^exponent, exponent even and at least 4: t = rate size exponent e^(exponent - 2) against 0, 1 and 2.
/** @type {(steep: Ratio, exponent: number, error: Ratio, rate: Ratio, shown: number) => Sure} */
function certifiedPower(steep, exponent, error, rate, shown) {
  let t = times(times(rate, steep), times(ratio(BigInt(exponent)), raised(error, exponent - 2)));
  const still = !error.top,
    against = compare(t, TWO);
  const limit = still ? "stationary_start" : against < 0 ? "converged" : against ? "diverged_loss_up" : "cycle";
  const rests = still || limit === "converged",
    endless = against >= 0,
    lands = same(t, ONE);
  const crossing = Array.from({ length: shown }, () => {
    if (endless) return YES;
    if (compare(t, ONE) <= 0) return NO;
    t = times(t, raised(minus(ONE, t), exponent - 2));
    return YES;
  });
  const crossed = crossing.filter((told) => told === YES).length;
  return {
    limit,
    period: limit === "cycle" ? 2 : 0,
    point: rests ? "local_min" : "none",
    best: rests,
    one_step: certain(limit === "converged" && lands),
    unstable_limit: NO,
    oscillating: limit === "converged" ? certain(shown >= 3 && crossed >= 0.9 * shown) : NO,
    overshoot: Array(shown).fill(certain(against > 0)),
    crossing,
  };
}

const LONGEST = 2000,
  PROBED = 60;

// A run that exact arithmetic sees come to rest on a critical point, or return to where it has been.
/** @type {(family: Family, run: Run, shown: number) => Sure | null} */
function settled(family, run, shown) {
  /** @type {Map<string, number>} */
  const places = new Map();
  let point = run.exact.start;
  for (let step = 0; step <= Math.max(shown, PROBED); step++) {
    if (Math.max(...point.map(bits)) > LONGEST) return null;
    const name = point.map((x) => `${x.top}/${x.bottom}`).join(" ");
    const before = places.get(name);
    if (before !== undefined) return returned(family, run, point, step, before, shown);
    places.set(name, step);
    const slope = exactSlope(family, point).filter((g) => g !== null);
    if (slope.length < point.length) return null;
    point = point.map((x, i) => minus(x, times(run.exact.rate, slope[i])));
  }
  return null;
}

/** @type {(family: Family, run: Run, point: Ratio[], step: number, before: number, shown: number) => Sure | null} */
function returned(family, run, point, step, before, shown) {
  const period = step - before,
    open = Array(shown).fill(UNSURE);
  const told = {
    period: 0,
    point: "none",
    best: false,
    one_step: NO,
    unstable_limit: NO,
    oscillating: NO,
    overshoot: open,
    crossing: open,
  };
  if (period > 1) return { ...told, limit: "cycle", period };
  const at = before && family.critical.find((one) => one.exact?.every((text, i) => same(exactly(text), point[i])));
  if (!at) return null;
  const spread = Math.max(...at.curvatures.map((curvature) => Math.abs(1 - run.rate * curvature)));
  return {
    ...told,
    limit: "converged",
    point: at.kind,
    best: at.global,
    one_step: certain(before === 1),
    at: at.point,
    unstable_limit: answer(spread > 1 + 1e-9, spread < 1 - 1e-9),
    oscillating: before > 2 ? UNSURE : NO,
  };
}
