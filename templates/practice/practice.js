// Asking: one question at a time, marked part by part, with hints, feedback and the solution.

/** @type {(id: string) => string} */
const named = (id) => id.replaceAll("-", " ");
/** @type {(id: string) => string} */
const partName = (id) => id.replaceAll("-", "_");

/** @type {(section: HTMLElement, data: PageData, texts: Texts, session: Session) => { practise: (scope: string) => void; again: () => void; show: (name: string) => void }} */
function startPractice(section, data, texts, session) {
  /** @type {{ scope: string; question: Question | null; finish: () => void }} */
  const state = { scope: "", question: null, finish: () => {} };
  const scopeChoice = make(
    "select",
    {
      id: "scope",
      change: () => {
        state.scope = scopeChoice.value;
        ask();
      },
    },
    make("option", { value: "" }, "all topics, what you need next"),
    [...new Set(data.items.map((item) => item.topic))].map((topic) =>
      make(
        "optgroup",
        { label: named(topic) },
        make("option", { value: `topic ${topic}` }, `all of ${named(topic)}`),
        [...new Set(data.items.filter((item) => item.topic === topic).map((item) => item.skill))].map((skill) =>
          make("option", { value: `skill ${skill}` }, named(skill)),
        ),
      ),
    ),
  );
  const place = make("div");
  section.append(
    make(
      "div",
      { class: "controls" },
      make("div", { class: "field" }, make("label", { for: "scope" }, "Practise"), scopeChoice),
    ),
    place,
  );

  /** @type {(item: Item) => boolean} */
  const within = (item) => {
    const [kind, name] = state.scope.split(" ");
    return !kind || (kind === "topic" ? item.topic : item.skill) === name;
  };

  // Shows the next question, or a chosen one; the focus goes to its title unless the page has just been opened.
  /** @type {(quietly?: boolean, chosen?: Question | null) => void} */
  const ask = (quietly = false, chosen = null) => {
    state.finish();
    const last = state.question && data.items[state.question.item];
    const { item, aimedAt } = chosen
      ? { item: data.items[chosen.item], aimedAt: "" }
      : nextItem(data, data.items.filter(within), session, last);
    const times = session.progress().items[item.id] ?? 0;
    state.question = chosen ?? item.questions[times % item.questions.length];
    session.asked(item.id);
    place.replaceChildren(questionCard(state.question, aimedAt));
    if (!quietly) focusOn(find("h2", place));
  };

  /** @type {(question: Question, slip: string) => HTMLElement} */
  const questionCard = (question, slip) => {
    const item = data.items[question.item],
      many = item.parts.length > 1;
    let hinted = 0,
      solved = false,
      counted = false;
    const parts = item.parts.map((part, i) => {
      const id = `part-${i}`,
        told = question.parts[i],
        field = fieldFor(part, told, id, texts);
      const feedback = make("div", { class: "feedback", hidden: true });
      const title = many
        ? make("h3", {}, `Part ${"abcdefghijkl"[i]} `, make("span", { class: "soft" }, plural(part.points, "point")))
        : null;
      const element = make(
        "section",
        { class: "part", "aria-label": many ? `Part ${"abcdefghijkl"[i]}` : "What is asked" },
        title ?? "",
        texts.element("div", told.ask),
        told.rounding !== undefined ? texts.element("p", told.rounding, { class: "soft" }) : "",
        field.element,
        feedback,
      );
      /** @type {ShownPart} */
      const shown = { part, told, field, feedback, element, marking: null, first: null, given: null, response: null };
      return shown;
    });
    const hints = make("div"),
      solution = make("div", { class: "solution", hidden: true });
    const check = make("button", { type: "submit", class: "primary" }, "Check");
    const hintButton = make("button", { type: "button", click: () => giveHint() });
    const solve = make("button", { type: "button", click: () => showSolution() }, "Show the solution");
    const next = make("button", { type: "button", click: () => ask() }, "Next question");
    const status = make("p", { class: "status" });
    const paintHints = () => {
      const left = (question.hints ?? []).length - hinted;
      hintButton.textContent = `Hint (${left} left)`;
      hintButton.hidden = !left || solved;
    };
    const giveHint = () => {
      const hint = make(
        "div",
        { class: "hint" },
        make("h3", {}, `Hint ${hinted + 1}`),
        texts.element("div", question.hints?.[hinted]),
      );
      hinted++;
      hints.append(hint);
      paintHints();
      focusOn(hint);
    };
    const showSolution = () => {
      solved = true;
      count();
      for (const part of parts) part.field.lock();
      solution.replaceChildren(
        make("h3", {}, "Solution"),
        ...parts.map((part, i) => keyOf(part, i, many)),
        ...whys(parts),
        question.key_figure === undefined ? "" : texts.element("figure", question.key_figure),
        texts.element("div", question.solution),
      );
      solution.hidden = false;
      check.hidden = solve.hidden = true;
      next.classList.add("primary");
      paintHints();
      focusOn(solution);
    };
    // Counts the question once: the first answer to each part; nothing for who had a hint, and for parts that were not
    // answered when the solution was shown.  A question that is left before that is skipped.
    /** @type {() => void} */
    const count = () => {
      if (counted) return;
      counted = true;
      if (!solved && parts.some((part) => part.first === null)) return session.skipped();
      const total = item.parts.reduce((sum, part) => sum + part.points, 0);
      const earned = parts.reduce((sum, part) => sum + part.part.points * (part.first ? part.first.credit : 0), 0);
      const codes = [...new Set(parts.flatMap((part) => part.first?.misconceptions.slice(0, 1) ?? []))];
      session.answered(item.skill, hinted ? 0 : earned / total, item.guess, codes);
    };
    const countIfAnswered = () => {
      if (parts.every((part) => part.first)) count();
    };
    state.finish = count;

    /** @type {(event: Event) => void} */
    const submit = (event) => {
      event.preventDefault();
      /** @type {RatioPoint} */
      const earlier = {};
      const missing = [];
      let marked = 0;
      parts.forEach((part, i) => {
        const response = part.field.read();
        if (response !== null) {
          const marking = mark(part.part, part.told, response, { ...earlier }, data.grammar);
          part.response = response;
          part.marking = marking;
          part.given = givenNumber(part.part, part.told, response);
          if (!marking.unreadable) marked++;
          paintMarking(part, marking, i);
          if (!marking.unreadable && !marking.by_hand)
            part.first ??= { credit: float(marking.credit), misconceptions: marking.misconceptions };
        } else {
          missing.push(i);
          paintMissing(part);
        }
        if (part.given) earlier[partName(part.part.id)] = part.given;
      });
      countIfAnswered();
      const open = parts.find((part) => !part.marking || part.marking.unreadable);
      const all = parts.every(
        (part) => part.marking && (part.marking.right || part.marking.followed || part.marking.by_hand),
      );
      if (all) {
        check.hidden = true;
        next.classList.add("primary");
      }
      const summary = parts
        .map((part, i) =>
          part.marking ? `${many ? `Part ${"abcdefghijkl"[i]}: ` : ""}${verdictWords(part.marking)}` : "",
        )
        .filter(Boolean)
        .join(" ");
      status.textContent = missing.length && marked ? `${plural(missing.length, "part")} not answered yet.` : "";
      announce(summary || "Nothing was answered yet.");
      if (open && !marked) focusOn(find("input, select, textarea, button", open.field.element));
      else if (all) focusOn(next);
      else focusOn(parts.find((part) => part.marking && !part.marking.right)?.feedback ?? status);
    };

    /** @type {(part: ShownPart) => void} */
    const paintMissing = ({ feedback, part, marking }) => {
      if (marking) return;
      feedback.className = "feedback";
      feedback.hidden = false;
      feedback.replaceChildren(make("p", {}, `Not answered yet; expected ${HOW[part.kind]}.`));
    };
    /** @type {(part: ShownPart, marking: Marking, i: number) => void} */
    const paintMarking = (part, marking, i) => {
      const { feedback, element, field } = part,
        state = stateOf(marking);
      for (const control of findAll("input[type=text]", field.element))
        control.setAttribute("aria-invalid", String(Boolean(marking.unreadable)));
      element.className = `part ${state === "partly" ? "" : state}`;
      feedback.className = `feedback ${state}`;
      feedback.hidden = false;
      feedback.id = `feedback-${i}`;
      for (const control of findAll("input[type=text], textarea", field.element))
        control.setAttribute(
          "aria-describedby",
          [feedback.id, ["formula", "interval"].includes(part.part.kind) ? `part-${i}-how` : ""].join(" ").trim(),
        );
      feedback.replaceChildren(...feedbackOn(part, marking, countIfAnswered));
      if (marking.right) field.lock();
    };

    const form = make(
      "form",
      { novalidate: true, submit },
      parts.map((part) => part.element),
      status,
      make("div", { class: "buttons" }, check, hintButton, solve, next),
    );
    paintHints();
    return make(
      "article",
      { class: "question", "aria-labelledby": "title" },
      make(
        "header",
        {},
        texts.element("h2", item.title, { id: "title" }),
        make("span", { class: "soft" }, `${named(item.topic)} · ${named(item.skill)}`),
      ),
      slip && data.misconceptions[slip]
        ? make(
            "p",
            { class: "soft" },
            "Once more for who ",
            texts.element("span", data.misconceptions[slip].title),
            ".",
          )
        : "",
      texts.element("div", question.stem),
      question.figure === undefined ? "" : texts.element("figure", question.figure),
      form,
      hints,
      solution,
      make("p", { class: "soft ids" }, `${item.id}, variant ${question.row}`),
    );
  };

  /** @type {(marking: Marking) => "" | "right" | "partly" | "wrong"} */
  const stateOf = (marking) =>
    marking.unreadable || marking.by_hand
      ? ""
      : marking.right || marking.followed
        ? "right"
        : marking.credit.top
          ? "partly"
          : "wrong";

  /** @type {(marking: Marking) => string} */
  const verdictWords = (marking) => {
    if (marking.unreadable) return "The answer could not be read.";
    if (marking.by_hand) return "Compare your answer with the marking guide.";
    if (marking.right) return "Right.";
    if (marking.followed) return "Right, from your earlier answer.";
    return marking.credit.top
      ? `Partly right: ${shortNumber(100 * float(marking.credit))}% of the points.`
      : "Not right.";
  };

  /** @type {(part: ShownPart, marking: Marking, countAll: () => void) => HTMLElement[]} */
  const feedbackOn = (part, marking, countAll) => {
    const { told } = part;
    if (marking.unreadable) return [make("p", {}, marking.unreadable)];
    /** @type {HTMLElement[]} */
    const lines = [
      make(
        "p",
        { class: stateOf(marking) === "right" ? "good" : stateOf(marking) ? "bad" : "" },
        verdictWords(marking),
      ),
    ];
    const typed = [part.response]
      .flat()
      .map((text) => String(text).trim())
      .join("; ");
    if (["number", "numbers", "interval"].includes(part.part.kind) && marking.understood !== typed)
      lines.push(make("p", { class: "soft" }, `Read as ${marking.understood}`));
    if (marking.wrong) {
      const slip = data.misconceptions[marking.wrong.code];
      if (slip) lines.push(make("p", {}, "Typical mistake: ", texts.element("span", slip.title), "."));
      if (marking.wrong.feedback !== undefined) lines.push(texts.element("div", marking.wrong.feedback));
    } else if (typeof marking.said === "number") lines.push(texts.element("div", marking.said));
    else if (marking.said) lines.push(make("p", {}, marking.said));
    if (part.part.kind === "text") lines.push(ownMarks(part, told, countAll));
    const { topic } = data.items[present(state.question).item];
    const family = data.explorer.families.find((one) => one.topics.includes(topic));
    if (family && !marking.right && !marking.by_hand)
      lines.push(
        make("p", {}, make("a", { href: `#explore=${family.id}` }, `See it in the explorer: ${family.title}`)),
      );
    return lines;
  };

  // An answer in words is marked by the learner, line by line of the guide.
  /** @type {(part: ShownPart, told: ToldPart, countAll: () => void) => HTMLElement} */
  const ownMarks = (part, told, countAll) => {
    const boxes = (told.guide ?? []).map((line, i) => ({
      line,
      box: make("input", { type: "checkbox", id: `guide-${part.part.id}-${i}` }),
    }));
    const whole = boxes.reduce((sum, { line }) => sum + line.points, 0);
    const done = make(
      "button",
      {
        type: "button",
        click: () => {
          const earned = boxes.reduce((sum, { line, box }) => sum + (box.checked ? line.points : 0), 0);
          part.first ??= { credit: whole ? earned / whole : 0, misconceptions: [] };
          countAll();
          announce(`${earned} of ${plural(whole, "point")}.`);
          done.textContent = `${earned} of ${plural(whole, "point")}, noted`;
        },
      },
      "Note these marks",
    );
    return make(
      "fieldset",
      {},
      make("legend", {}, "Tick what your answer says:"),
      boxes.map(({ line, box }) => optionRow(box, "", texts.element("div", line.text))),
      done,
    );
  };

  // Why the first answers were wrong, where they showed something.
  /** @type {(parts: ShownPart[]) => HTMLElement[]} */
  const whys = (parts) =>
    [...new Set(parts.flatMap((part) => part.first?.misconceptions.slice(0, 1) ?? []))]
      .filter((code) => data.misconceptions[code]?.why !== undefined)
      .map((code) => make("p", {}, "Why that is wrong: ", texts.element("span", data.misconceptions[code].why)));

  /** @type {(part: ShownPart, i: number, many: boolean) => HTMLElement} */
  const keyOf = ({ part, told }, i, many) => {
    const label = many ? `Part ${"abcdefghijkl"[i]}: ` : "Answer: ";
    if (told.shown)
      return make(
        "p",
        {},
        make("strong", {}, label),
        told.shown.flatMap((number, k) => [
          k ? ", " : "",
          told.labels?.[k] !== undefined ? texts.element("span", told.labels[k]) : "",
          told.labels?.[k] !== undefined ? " = " : "",
          texts.element("span", number),
        ]),
      );
    if (part.kind === "text")
      return make(
        "div",
        {},
        make("p", {}, make("strong", {}, label), "by the marking guide:"),
        make(
          "ul",
          {},
          (told.guide ?? []).map((line) => texts.element("li", line.text)),
        ),
      );
    /** @type {(id: string) => string} */
    const letter = (id) => LETTERS[(told.options ?? []).findIndex((option) => option.id === id)];
    const right = (told.right ?? []).map(letter);
    const words =
      part.kind === "truth"
        ? [told.truth ? "True" : "False", ...right].join(", ")
        : part.kind === "matching"
          ? right.map((one, k) => `${k + 1}${one}`).join(", ")
          : part.kind === "choices"
            ? right.sort().join(", ") || "none of them"
            : right.join(", ");
    return make("p", {}, make("strong", {}, label), words);
  };

  ask(true);
  return {
    practise: (scope) => {
      scopeChoice.value = scope;
      state.scope = scope;
      ask();
    },
    // Begins anew after the record was exchanged; what stands on the page is not counted.
    again: () => {
      state.finish = () => {};
      ask(true);
    },
    // Asks a certain variant, ITEM/ROW, which a link to the page may name.
    show: (name) => {
      const question = data.questions.find((one) => one.name === name);
      if (question && question !== state.question) ask(false, question);
    },
  };
}
