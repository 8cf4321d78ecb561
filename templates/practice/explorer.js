// The explorer: choose a loss, a start and a rate, say what will happen, then see what does and why.

const MOST_STEPS = 60;
const GUESSES = ["converged", "slow", "cycle", "diverged_loss_up", "drift"];

/** @type {(section: HTMLElement, data: PageData) => Explorer} */
function startExplorer(section, data) {
  const { explorer, grammar } = data;
  const families = explorer.families.map((family) => ({
    ...family,
    rates: family.rates.map(exactly),
    grid: exactly(family.grid),
    field: fieldOf(family, grammar),
  }));
  const beta = exactly(explorer.beta);
  /** @type {{ family: Family; start: Ratio[]; rate: number; method: string; steps: number; revealed: boolean }} */
  const state = { family: families[0], start: [], rate: 0, method: "descent", steps: 12, revealed: false };
  /** @type {(family: Family) => void} */
  const choose = (family) => {
    state.family = family;
    state.start = family.start.map(exactly);
    state.rate = family.rates.findIndex((rate) => same(rate, exactly(family.rate)));
    state.revealed = false;
  };
  choose(families[0]);
  /** @type {() => Run} */
  const run = () => ({
    start: state.start.map(float),
    rate: float(state.family.rates[state.rate]),
    method: state.method,
    beta: float(beta),
    exact: { start: state.start, rate: state.family.rates[state.rate] },
  });

  // --- what stands still ---

  const familyChoice = make(
    "select",
    {
      id: "family",
      change: () => {
        choose(families[familyChoice.selectedIndex]);
        build();
      },
    },
    families.map((family) => make("option", {}, family.title)),
  );
  const methodChoice = make(
    "select",
    {
      id: "method",
      change: () => {
        state.method = explorer.methods[methodChoice.selectedIndex].name;
        update();
      },
    },
    explorer.methods.map((method) => make("option", {}, method.title)),
  );
  const formula = make("p", { class: "formula" }),
    show = make("p", { class: "soft" }),
    rule = make("p", { class: "formula" });
  const starts = make("div", { class: "sliders" });
  const rateSlider = make("input", {
    type: "range",
    id: "rate",
    min: 0,
    step: 1,
    input: () => {
      state.rate = Number(rateSlider.value);
      update();
    },
  });
  const rateShown = make("output", { for: "rate", class: "value" });
  const stepSlider = make("input", {
    type: "range",
    id: "steps",
    min: 1,
    max: MOST_STEPS,
    step: 1,
    value: state.steps,
    input: () => {
      state.steps = Number(stepSlider.value);
      update();
    },
  });
  const stepsShown = make("output", { for: "steps", class: "value" });
  const ground = draw("svg", {
    viewBox: `0 0 ${PLOT.width} ${PLOT.height}`,
    class: "plot ground",
    role: "group",
    "aria-label": "The loss, with the start to drag",
  });
  const course = draw("svg", { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, class: "plot", role: "img" });
  const logarithmic = make("input", { type: "checkbox", id: "logarithmic", change: () => update() });
  const guess = make("form", {
    class: "guess",
    submit: (event) => {
      event.preventDefault();
      reveal();
    },
  });
  const verdictBox = make("div", { class: "verdict", hidden: true });
  const table = make("tbody"),
    head = make("tr");
  const values = make(
    "details",
    { class: "values" },
    make("summary", {}, "The steps as a table"),
    make(
      "div",
      { class: "table", tabindex: 0, role: "region", "aria-label": "The steps" },
      make("table", {}, make("thead", {}, head), table),
    ),
  );

  section.append(
    make(
      "div",
      { class: "controls" },
      make("div", { class: "field" }, make("label", { for: "family" }, "Loss"), familyChoice),
      make("div", { class: "field" }, make("label", { for: "method" }, "Method"), methodChoice),
    ),
    formula,
    show,
    rule,
    make(
      "div",
      { class: "explorer" },
      make(
        "figure",
        { class: "ground-figure" },
        ground,
        make(
          "figcaption",
          {},
          "Drag the square, click where the run shall start, or use the arrow keys on the square.",
        ),
      ),
      make(
        "figure",
        { class: "course" },
        course,
        make("label", { class: "inline" }, logarithmic, " logarithmic scale, above the best value"),
      ),
      make(
        "div",
        { class: "settings" },
        starts,
        make("div", { class: "slider" }, make("label", { for: "rate" }, "Learning rate η"), rateSlider, rateShown),
        make("div", { class: "slider" }, make("label", { for: "steps" }, "Steps shown"), stepSlider, stepsShown),
      ),
      make("div", { class: "told" }, guess, verdictBox),
    ),
    values,
  );

  // --- what depends on the family ---

  /** @type {{ slider: HTMLInputElement; shown: HTMLElement; low: number; row: HTMLElement }[]} */
  let sliders = [];
  let frame = frameOf([0, 1], [0, 1]),
    handle = draw("g");
  const build = () => {
    const { family } = state;
    formula.innerHTML = family.shown;
    show.textContent = family.show;
    rateSlider.max = `${family.rates.length - 1}`;
    sliders = family.variables.map((name, i) => {
      const [low, high] = family.ranges[i],
        steps = (high - low) / float(family.grid);
      const id = `start-${name}`;
      const slider = make("input", {
        type: "range",
        id,
        min: 0,
        max: steps,
        step: 1,
        input: () => {
          place(i, plus(ratio(BigInt(low)), times(family.grid, ratio(BigInt(slider.value)))));
          update();
        },
      });
      const shown = make("output", { for: id, class: "value" });
      return {
        slider,
        shown,
        low,
        row: make(
          "div",
          { class: "slider" },
          make("label", { for: id }, `Start ${name}`, make("sub", {}, "0")),
          slider,
          shown,
        ),
      };
    });
    starts.replaceChildren(...sliders.map((one) => one.row));
    paintGround();
    ask();
    update();
  };

  /** @type {(i: number, value: Ratio) => void} */
  const place = (i, value) => {
    state.start = state.start.map((old, at) => (at === i ? value : old));
  };
  /** @type {(value: number, i: number) => Ratio} */
  const nearest = (value, i) => {
    const [low, high] = state.family.ranges[i],
      unit = float(state.family.grid);
    const count = Math.round((Math.min(high, Math.max(low, value)) - low) / unit);
    return plus(ratio(BigInt(low)), times(state.family.grid, ratio(BigInt(count))));
  };

  // --- the picture of the loss ---

  let trail = draw("g");
  const paintGround = () => {
    const { family } = state,
      flat = family.variables.length === 2;
    ground.replaceChildren();
    const curve = [];
    if (!flat)
      for (let k = 0; k <= 240; k++) {
        const w = family.ranges[0][0] + ((family.ranges[0][1] - family.ranges[0][0]) * k) / 240;
        curve.push([w, family.field.loss([w])]);
      }
    frame = frameOf(family.ranges[0], flat ? family.ranges[1] : rangeOf(curve.map(([, y]) => y)));
    axes(ground, frame, family.variables[0], flat ? family.variables[1] : "loss");
    const inside = clippedGroup(ground, "ground-area");
    if (flat)
      for (const line of family.contours) {
        const points = line.flatMap((x, k) => (k % 2 ? [] : [[x, line[k + 1]]])); // x and y take turns
        inside.append(draw("polyline", { class: "f-line level", points: polyline(frame, points) }));
      }
    else inside.append(draw("polyline", { class: "f-line loss", points: polyline(frame, curve) }));
    for (const one of family.critical) {
      const [x, y] = onGround(one.point);
      const mark = draw("path", {
        class: `critical ${one.kind}`,
        d: "M0 -6L6 0L0 6L-6 0Z",
        transform: `translate(${x} ${y})`,
      });
      mark.append(draw("title", {}, explorer.words[one.kind]));
      inside.append(mark);
    }
    trail = draw("g");
    inside.append(trail);
    handle = draw(
      "g",
      { class: "handle", tabindex: 0, role: "slider", "aria-label": "Start; the arrow keys move it" },
      draw("rect", { class: "reach", x: -16, y: -16, width: 32, height: 32 }),
      draw("rect", { class: "knob", x: -7, y: -7, width: 14, height: 14 }),
    );
    handle.addEventListener("keydown", keyed);
    ground.append(handle);
  };
  /** @type {(point: number[]) => [number, number]} */
  const onGround = (point) => [
    frame.x(point[0]),
    frame.y(point.length === 2 ? point[1] : state.family.field.loss(point)),
  ];

  /** @type {(event: KeyboardEvent) => void} */
  const keyed = (event) => {
    const unit = event.shiftKey ? times(state.family.grid, ratio(5n)) : state.family.grid;
    /** @type {Record<string, [number, bigint]>} */
    const moves = { ArrowLeft: [0, -1n], ArrowRight: [0, 1n], ArrowDown: [1, -1n], ArrowUp: [1, 1n] };
    const found = moves[event.key];
    if (!found) return;
    const i = state.family.variables.length === 1 ? 0 : found[0];
    place(i, nearest(float(plus(state.start[i], times(unit, ratio(found[1])))), i));
    event.preventDefault();
    update();
  };
  /** @type {(event: PointerEvent) => void} */
  const pointed = (event) => {
    const box = ground.getBoundingClientRect(),
      unit = PLOT.width / box.width;
    const point = frame.back((event.clientX - box.left) * unit, (event.clientY - box.top) * unit);
    state.family.variables.forEach((_, i) => place(i, nearest(point[i], i)));
    update();
  };
  let dragging = false;
  ground.addEventListener("pointerdown", (event) => {
    dragging = true;
    ground.setPointerCapture(event.pointerId);
    pointed(event);
    handle.focus({ preventScroll: true });
    event.preventDefault();
  });
  ground.addEventListener("pointermove", (event) => {
    if (dragging) pointed(event);
  });
  for (const end of ["pointerup", "pointercancel"])
    ground.addEventListener(end, () => {
      dragging = false;
    });

  // --- question and verdict ---

  const ask = () => {
    const options = GUESSES.filter((value) => value !== "drift" || state.family.knowledge.attained === NO).filter(
      (value) => value !== "converged" || state.family.knowledge.attained !== NO,
    );
    /** @type {(value: string) => string} */
    const sentence = (value) =>
      present(explorer.rules.find((one) => one.axis === "limit" && one.value === value))
        .sentence.replace(" of period {period}", "");
    guess.replaceChildren(
      make(
        "fieldset",
        {},
        make("legend", {}, "First say it: what becomes of this run?"),
        options.map((value) =>
          make(
            "label",
            { class: "option" },
            make("input", { type: "radio", name: "limit", value, required: true }),
            make("span", {}, sentence(value)),
          ),
        ),
      ),
      make(
        "fieldset",
        { class: "second" },
        make("legend", {}, "Does a step that is shown raise the loss?"),
        ["yes", "no"].map((value) =>
          make(
            "label",
            { class: "option" },
            make("input", { type: "radio", name: "raises", value, required: true }),
            make("span", {}, value),
          ),
        ),
      ),
      make(
        "div",
        { class: "buttons" },
        make("button", { type: "submit", class: "primary" }, "Show the run"),
        make("button", { type: "button", click: () => reveal(true) }, "Show without a guess"),
      ),
    );
    guess.hidden = state.revealed;
  };
  /** @type {{ limit: any; raises: any } | null} */
  let told = null,
    speaking = 0;
  /** @type {(silently?: boolean) => void} */
  const reveal = (silently = false) => {
    const given = new FormData(guess);
    told = silently ? null : { limit: given.get("limit"), raises: given.get("raises") };
    state.revealed = true;
    update();
    focusOn(verdictBox, { preventScroll: true }); // the pictures stay in sight
  };
  const another = () => {
    state.revealed = false;
    const family = families[Math.floor(Math.random() * families.length)];
    choose(family);
    for (let tries = 0; tries < 40; tries++) {
      state.start = family.ranges.map(([low, high], i) => nearest(low + Math.random() * (high - low), i));
      state.rate = Math.floor(Math.random() * family.rates.length);
      if (!["undecided", "stationary_start"].includes(judged().limit)) break;
    }
    familyChoice.selectedIndex = families.indexOf(family);
    build();
    focusOn(find("legend", guess));
  };
  /** @type {() => Outcome} */
  const judged = () => verdictOn(state.family, run(), explorer.rules, explorer.steps, state.steps);

  const update = () => {
    const { family } = state,
      current = run();
    sliders.forEach(({ slider, shown, low }, i) => {
      slider.value = `${Math.round((float(state.start[i]) - low) / float(family.grid))}`;
      shown.textContent = shortNumber(float(state.start[i]));
      slider.setAttribute("aria-valuetext", shown.textContent);
    });
    const rateText = rationalText(family.rates[state.rate]);
    rateSlider.value = `${state.rate}`;
    rateSlider.setAttribute("aria-valuetext", rateText);
    rateShown.textContent = rateText;
    stepSlider.setAttribute("aria-valuetext", plural(state.steps, "step"));
    stepsShown.textContent = `${state.steps}`;
    rule.innerHTML = present(explorer.methods.find((method) => method.name === state.method)).formula;
    if (state.method !== "descent") rule.append(` with β = ${shortNumber(float(beta))}`);
    const at = family.variables.map((name, i) => `${name} = ${shortNumber(float(state.start[i]))}`).join(", ");
    handle.setAttribute("transform", `translate(${onGround(current.start).join(" ")})`);
    for (const [name, value] of [
      ["min", family.ranges[0][0]],
      ["max", family.ranges[0][1]],
      ["now", current.start[0]],
      ["text", at],
    ])
      handle.setAttribute(`aria-value${name}`, `${value}`);
    guess.hidden = state.revealed;
    verdictBox.hidden = values.hidden = !state.revealed;
    trail.replaceChildren();
    course.replaceChildren();
    course.setAttribute("aria-label", "The loss against the steps: shown once you have said what will happen");
    axes(course, frameOf([0, state.steps], [0, 1]), "step", "loss");
    if (state.revealed) paintRun(current);
    else
      course.append(
        draw(
          "text",
          { class: "f-text", x: PLOT.width / 2, y: PLOT.height / 2, "text-anchor": "middle" },
          "First say what will happen.",
        ),
      );
  };

  /** @type {(current: Run) => void} */
  const paintRun = (current) => {
    const { family } = state,
      points = path(family.field, current, state.steps),
      losses = points.map(family.field.loss);
    const verdict = judged(),
      broken = points.length <= state.steps;
    const steps = points.map(onGround);
    trail.append(
      draw("polyline", { class: "f-line path", points: steps.map((at) => at.map(clamped).join(",")).join(" ") }),
    );
    steps
      .slice(1)
      .forEach(([x, y]) =>
        trail.append(draw("circle", { class: "iterate", cx: clamped(x), cy: clamped(y), r: 3.5 })),
      );
    paintCourse(losses, verdict);
    const lines = sentences(verdict, explorer.rules, explorer.undecided);
    clearTimeout(speaking); // once the sliders rest
    speaking = setTimeout(() => announce(lines.join(" ")), 800);
    verdictBox.replaceChildren(
      make("h3", {}, "What happens"),
      answered(verdict) ?? "",
      make("p", { class: "words" }, lines.join(" ")),
      make("p", {}, eventsTold(verdict)),
      broken ? make("p", {}, `After step ${points.length - 1} the numbers are too large for floating point.`) : "",
      make("h3", {}, "Why"),
      ...reasons(family, current, verdict).map((line) => make("p", {}, line)),
      make(
        "div",
        { class: "buttons" },
        make("button", { type: "button", class: "primary", click: another }, "Ask me another"),
        make(
          "button",
          {
            type: "button",
            click: () => {
              state.revealed = false;
              ask();
              update();
              focusOn(find("legend", guess));
            },
          },
          "Hide the run and ask again",
        ),
      ),
    );
    head.replaceChildren(
      ...["step", ...family.variables, "loss", "what happens"].map((name) => make("th", { scope: "col" }, name)),
    );
    table.replaceChildren(
      ...points.map((point, k) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, String(k)),
          [...point, losses[k]].map((x) => make("td", {}, shortNumber(x))),
          make("td", {}, k ? stepTold(verdict, k - 1) : "start"),
        ),
      ),
    );
  };

  /** @type {(verdict: Outcome) => HTMLElement | null} */
  const answered = (verdict) => {
    if (!told || verdict.limit === "undecided") return null;
    const raised = verdict.overshoot.includes(YES) ? "yes" : "no";
    const right = [told.limit === verdict.limit, told.raises === raised];
    const words = right.every(Boolean)
      ? "You said it all."
      : right[0]
        ? "You were right about where it ends, but not about the loss on the way."
        : right[1]
          ? "You were right about the loss on the way, but not about where it ends."
          : "Neither guess was right. The reasons are below.";
    return make("p", { class: right.every(Boolean) ? "good" : "bad" }, words);
  };

  /** @type {(losses: number[], verdict: Outcome) => void} */
  const paintCourse = (losses, verdict) => {
    const best = state.family.knowledge.best ?? Math.min(0, ...losses),
      log = logarithmic.checked;
    course.replaceChildren();
    /** @type {(loss: number) => number} */
    const height = (loss) => (log ? Math.log10(Math.max(loss - best, 1e-16)) : loss);
    const heights = losses.map(height),
      most = log ? 12 : Math.max(...losses.slice(0, 2)) + 6 * (Math.abs(losses[0] - best) || 1);
    let range = rangeOf(heights, 0.06, most);
    if (log) range = [Math.floor(Math.max(range[0], -16)), Math.max(Math.ceil(range[1]), Math.floor(range[0]) + 1)];
    const frame = frameOf([0, state.steps], range);
    axes(course, frame, "step", log ? "loss above the best" : "loss", { logarithmic: log });
    const inside = clippedGroup(course, "course-area");
    inside.append(
      draw("polyline", {
        class: "f-line loss",
        points: polyline(
          frame,
          heights.map((y, k) => [k, y]),
        ),
      }),
    );
    heights.forEach((y, k) =>
      inside.append(
        draw("circle", {
          class: k && verdict.overshoot[k - 1] === YES ? "iterate raised" : "iterate",
          cx: frame.x(k),
          cy: clamped(frame.y(y)),
          r: 3.5,
        }),
      ),
    );
    course.setAttribute(
      "aria-label",
      `The loss against the steps: from ${shortNumber(losses[0])} at the start to ` +
        `${shortNumber(losses[losses.length - 1])} after ${plural(losses.length - 1, "step")}`,
    );
  };

  build();
  return {
    // Opens the explorer with one family.
    show: (id) => {
      const family = families.find((one) => one.id === id);
      if (!family) return;
      choose(family);
      familyChoice.selectedIndex = families.indexOf(family);
      build();
    },
    judge: (id, start, rate, method, shown) => {
      const family = present(families.find((one) => one.id === id)),
        from = start.map(exactly),
        speed = exactly(rate);
      const verdict = verdictOn(
        family,
        {
          start: from.map(float),
          rate: float(speed),
          method,
          beta: float(beta),
          exact: { start: from, rate: speed },
        },
        explorer.rules,
        explorer.steps,
        shown,
      );
      return { ...verdict, seen: undefined, words: sentences(verdict, explorer.rules, explorer.undecided).join(" ") };
    },
  };
}
