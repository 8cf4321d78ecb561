// What happened in a run and why, in words.

// A rational as people read it: a decimal where it ends soon, else a fraction.
/** @type {(value: Ratio) => string} */
function rationalText(value) {
  const text = shortNumber(float(value));
  return same(exact(text.replace("−", "-")) ?? ZERO, value) ? text : `${value.top}/${value.bottom} ≈ ${text}`;
}

/** @type {(answers: number[]) => string} */
const stepsNamed = (answers) => {
  const steps = answers.map((told, k) => (told === YES ? k + 1 : 0)).filter(Boolean);
  const shown = steps.length > 8 ? [...steps.slice(0, 8), "more"] : steps;
  return steps.length ? `${steps.length === 1 ? "step" : "steps"} ${listed(shown.map(String))}` : "";
};

/** @type {(verdict: Outcome) => string} */
function eventsTold(verdict) {
  const raised = stepsNamed(verdict.overshoot),
    crossed = stepsNamed(verdict.crossing);
  const lines = [
    raised ? `The loss goes the wrong way in ${raised}.` : "The loss falls in every step that is shown, or stays.",
  ];
  if (crossed) lines.push(`The iterates pass the optimum in ${crossed}.`);
  return lines.join(" ");
}

/** @type {(verdict: Outcome, k: number) => string} */
const stepTold = (verdict, k) =>
  [verdict.overshoot[k] === YES ? "the loss rises" : "", verdict.crossing[k] === YES ? "passes the optimum" : ""]
    .filter(Boolean)
    .join(", ");

/** @type {(family: Family, point: number[]) => string} */
const pointNamed = ({ variables }, point) =>
  variables.length === 1
    ? `${variables[0]} = ${shortNumber(point[0])}`
    : `(${variables.join(", ")}) = (${point.map(shortNumber).join(", ")})`;

// Why it happens: the factor by which a step multiplies the distance, where there is one; a list of paragraphs.
/** @type {(family: Family, run: Run, verdict: Outcome) => string[]} */
function reasons(family, run, verdict) {
  if (run.method !== "descent") {
    return [
      "With momentum a step also carries on part of the one before, so a run can pass the optimum and come back, and " +
        "the largest stable rate is another than for plain descent.",
    ];
  }
  if (family.proof) return BY_PROOF[family.proof.kind](family, family.proof, run.exact);
  return reasonsNearLimit(family, run, verdict) ?? reasonsOfMinima(family, run);
}

/** @type {Record<string, (family: Family, proof: any, run: ExactRun) => string[]>} */
const BY_PROOF = {
  quadratic: (family, proof, { rate }) => [
    ...family.variables.map((name, i) => alongDirection(name, rate, exactly(proof.curvatures[i]))),
    ...(family.variables.length > 1
      ? [
          `The largest curvature limits the rate to below ${rationalText(exactly(present(family.stable)))}; the smallest decides ` +
            "how long the run takes.",
        ]
      : []),
  ],
  absolute: (_family, proof, { rate }) => {
    const length = rationalText(times(rate, exactly(proof.size)));
    return [
      `The slope is 1 or −1 everywhere, so every step has the length ${length} and does not get shorter. The run rests ` +
        "at the minimum only if the start lies a whole number of steps away; otherwise it jumps to and fro across it.",
    ];
  },
  power: (_family, proof, { rate, start }) => {
    const distance = minus(start[0], exactly(proof.centre[0])),
      m = proof.exponent;
    const speed = times(times(exactly(proof.size), ratio(BigInt(m))), raised(distance, m - 2)); // t is rate times this
    if (!speed.top) return ["The start is the minimum, where the gradient is zero."];
    return [
      `The first step multiplies the distance by ${rationalText(minus(ONE, times(rate, speed)))}. The gradient shrinks ` +
        "faster than the distance, so near the minimum every step is a small part of it; far out the same rate can be " +
        `too large. From this start on, rates below ${rationalText(over(TWO, speed))} come closer.`,
    ];
  },
};

/** @type {(name: string, rate: Ratio, curvature: Ratio) => string} */
function alongDirection(name, rate, curvature) {
  const factor = minus(ONE, times(rate, curvature)),
    against = compare(size(factor), ONE);
  const what = !factor.top
    ? "so one step lands on the minimum"
    : against > 0
      ? "so the distance grows and changes sides"
      : !against
        ? "so the distance stays and changes sides for ever"
        : factor.top < 0n
          ? "so the distance shrinks and changes sides"
          : "so the distance shrinks on one side";
  return (
    `Each step multiplies the distance from the minimum along ${name} by ` +
    `1 − ηλ = 1 − (${rationalText(rate)}) · ${rationalText(curvature)} = ${rationalText(factor)}, ${what}.`
  );
}

// Of a run that has a known critical point for its limit.
/** @type {(family: Family, run: Run, verdict: Outcome) => string[] | null} */
function reasonsNearLimit(family, { rate }, verdict) {
  const { place } = verdict;
  const at = place && family.critical.find((one) => one.point.every((x, i) => Math.abs(x - place[i]) < 1e-9));
  if (!at) return null;
  const most = Math.max(...at.curvatures),
    curvature = shortNumber(most);
  const near =
    `Near the limit ${pointNamed(family, at.point)} the largest curvature is ${curvature}, so a step multiplies a ` +
    `small distance along it by ${shortNumber(1 - rate * most)}.`;
  if (at.kind === "local_min")
    return [`${near} Rates below 2/${curvature} = ${shortNumber(2 / most)} are stable there.`];
  return [`${near} This is no minimum: the run ends here only because nothing pushes it off.`];
}

/** @type {(family: Family, run: Run) => string[]} */
function reasonsOfMinima(family, run) {
  const minima = family.critical.filter((one) => one.kind === "local_min");
  if (!minima.length) {
    return [
      "The slope never becomes zero: it shrinks on the way, so the steps become shorter and shorter, but never end.",
    ];
  }
  const stable = minima.map(
    (one) => `${shortNumber(2 / Math.max(...one.curvatures))} at ${pointNamed(family, one.point)}`,
  );
  return [
    `A minimum keeps a run only below 2/L there: ${listed(stable)}. The rate is ${rationalText(run.exact.rate)}.`,
  ];
}
