// What a part is answered with: { element, read, lock }.  `read` gives the response as marking takes it, or null.

/** @type {(attributes: Attributes) => HTMLInputElement} */
const textInput = (attributes) =>
  make("input", { type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...attributes });

/** @type {(input: HTMLElement, letter: string, text: Node) => HTMLElement} */
function optionRow(input, letter, text) {
  return make(
    "label",
    { class: "option" },
    input,
    letter ? make("span", { class: "letter" }, `${letter}.`) : "",
    text,
  );
}

/** @type {Record<Kind, MakeField>} */
const FIELDS = {
  number: (part, question, id) => {
    const input = textInput({ id, inputmode: "text" });
    return {
      element: make("div", { class: "answer" }, make("label", { for: id }, "Answer"), input),
      read: () => (input.value.trim() ? input.value : null),
    };
  },
  numbers: (part, question, id, texts) => {
    const inputs = question.labels.map((_, i) => textInput({ id: `${id}-${i}` }));
    const rows = inputs.map((input, i) => {
      const label = texts.element("label", question.labels[i], { for: input.id });
      input.setAttribute("aria-label", label.textContent); // a formula alone is no name to some readers
      return make("div", { class: "answer" }, label, input);
    });
    return {
      element: make("div", {}, rows),
      read: () => (inputs.some((input) => input.value.trim()) ? inputs.map((input) => input.value) : null),
    };
  },
  interval: intervalField,
  formula: (part, question, id, texts) => {
    const input = textInput({ id, "aria-describedby": `${id}-how` });
    const how = make(
      "p",
      { class: "soft", id: `${id}-how` },
      "A formula in ",
      ...part.names.flatMap((name, i) => [i ? ", " : "", texts.element("span", name)]),
      ", typed like ",
      make("code", {}, `2*${part.variables[0]}^2 - 1/3`),
    );
    return {
      element: make("div", {}, how, make("div", { class: "answer" }, make("label", { for: id }, "Answer"), input)),
      read: () => (input.value.trim() ? input.value : null),
    };
  },
  text: (part, question, id) => {
    const input = make("textarea", { id, rows: 4 });
    return {
      element: make("div", {}, make("label", { for: id }, "Your answer in words"), input),
      read: () => (input.value.trim() ? input.value : null),
    };
  },
  choice: (part, question, id, texts) => {
    const inputs = question.options.map((_, i) => make("input", { type: "radio", name: id, id: `${id}-${i}` }));
    return { element: choiceSet("Choose one.", inputs, question.options, texts), read: () => placeOf(inputs) };
  },
  choices: (part, question, id, texts) => {
    const inputs = question.options.map((_, i) => make("input", { type: "checkbox", id: `${id}-${i}` }));
    const none = make("input", {
      type: "checkbox",
      id: `${id}-none`,
      change: () => {
        if (none.checked) for (const input of inputs) input.checked = false;
      },
    });
    for (const input of inputs)
      input.addEventListener("change", () => {
        none.checked = false;
      });
    const element = choiceSet("Tick every one that is right.", inputs, question.options, texts);
    element.append(optionRow(none, "", make("span", {}, "None of them")));
    return {
      element,
      read: () =>
        none.checked || placeOf(inputs) !== null ? inputs.flatMap((input, i) => (input.checked ? [i] : [])) : null,
    };
  },
  truth: (part, question, id, texts) => {
    const verdicts = ["True", "False"].map((word) =>
      make("input", { type: "radio", name: id, value: word, id: `${id}-${word}` }),
    );
    const reasons = question.options.map((_, i) =>
      make("input", { type: "radio", name: `${id}-why`, id: `${id}-${i}` }),
    );
    const element = make(
      "div",
      {},
      make(
        "fieldset",
        {},
        make("legend", {}, "Is the statement true?"),
        verdicts.map((input) => optionRow(input, "", make("span", {}, input.value))),
      ),
      reasons.length ? choiceSet("Because (choose one):", reasons, question.options, texts) : "",
    );
    const read = () => {
      const said = placeOf(verdicts),
        place = placeOf(reasons);
      return said === null || (reasons.length && place === null) ? null : { truth: said === 0, place };
    };
    return { element, read };
  },
  matching: (part, question, id, texts) => {
    const selects = question.prompts.map((_, i) =>
      make(
        "select",
        { id: `${id}-${i}` },
        make("option", { value: "" }, "–"),
        question.options.map((_, k) => make("option", { value: k }, LETTERS[k])),
      ),
    );
    const rows = question.prompts.map((prompt, i) =>
      make(
        "div",
        { class: "answer" },
        selects[i],
        make("label", { for: selects[i].id }, `${i + 1}. `, texts.element("span", prompt.text)),
      ),
    );
    const list = make(
      "ul",
      { class: "letters" },
      question.options.map((option, k) =>
        make("li", {}, make("strong", {}, `${LETTERS[k]}. `), texts.element("span", option.text)),
      ),
    );
    return {
      element: make(
        "div",
        {},
        make("fieldset", {}, make("legend", {}, "Choose the letter that belongs to each."), rows),
        list,
      ),
      read: () => (selects.every((select) => select.value) ? selects.map((select) => Number(select.value)) : null),
    };
  },
  ordering: (part, question, id, texts) => {
    const places = question.options.map((_, i) => i);
    let touched = false;
    const list = make("ol", { class: "order" });
    /** @type {(at: number, by: -1 | 1) => void} */
    const move = (at, by) => {
      const to = at + by;
      if (to < 0 || to >= places.length) return;
      touched = true;
      [places[at], places[to]] = [places[to], places[at]];
      paint();
      const button = findAll("button", list.children[to])[by < 0 ? 0 : 1];
      (button.disabled ? findAll("button", list.children[to])[by < 0 ? 1 : 0] : button).focus();
      announce(`${LETTERS[places[to]]} is now in place ${to + 1} of ${places.length}.`);
    };
    /** @type {(at: number, by: -1 | 1) => HTMLElement} */
    const arrow = (at, by) =>
      make(
        "button",
        {
          type: "button",
          class: "small",
          disabled: at + by < 0 || at + by >= places.length,
          "aria-label": `Move ${LETTERS[places[at]]} ${by < 0 ? "up" : "down"}`,
          click: () => move(at, by),
        },
        by < 0 ? "↑" : "↓",
      );
    const paint = () =>
      list.replaceChildren(
        ...places.map((place, at) =>
          make(
            "li",
            {},
            make("strong", {}, LETTERS[place]),
            texts.element("div", question.options[place].text),
            arrow(at, -1),
            arrow(at, 1),
          ),
        ),
      );
    paint();
    const asIs = make("input", { type: "checkbox", id: `${id}-done` });
    return {
      element: make(
        "div",
        {},
        make("p", { class: "soft" }, "Put them in order with the arrows."),
        list,
        optionRow(asIs, "", make("span", {}, "This is my order")),
      ),
      read: () => (touched || asIs.checked ? places : null),
    };
  },
};

/** @type {(inputs: HTMLInputElement[]) => number | null} */
const placeOf = (inputs) => {
  const found = inputs.findIndex((input) => input.checked);
  return found < 0 ? null : found;
};

/** @type {(legend: string, inputs: HTMLInputElement[], options: Option[], texts: Texts) => HTMLElement} */
const choiceSet = (legend, inputs, options, texts) =>
  make(
    "fieldset",
    {},
    make("legend", {}, legend),
    inputs.map((input, i) => optionRow(input, LETTERS[i], texts.element("div", options[i].text))),
  );

// The field of a part, with `lock`, which makes its controls unchangeable.
/** @type {(part: Part, question: ToldPart, id: string, texts: Texts) => LockedField} */
function fieldFor(part, question, id, texts) {
  const { names = [], variables = [] } = part,
    { labels = [], options = [], prompts = [] } = question;
  const field = FIELDS[part.kind]({ ...part, names, variables }, { ...question, labels, options, prompts }, id, texts);
  const controls = () => findAll("input, select, textarea, button", field.element);
  return {
    ...field,
    controls,
    lock: () => {
      for (const control of controls()) control.disabled = true;
    },
  };
}

/** @type {Record<Kind, string>} */
const HOW = {
  number: "a number, such as 1.5, -3/4 or 2e-3",
  numbers: "a number in each field",
  interval: "an interval",
  formula: "a formula",
  text: "an answer in your own words",
  choice: "a choice",
  choices: "at least one tick; “None of them” is an answer too",
  truth: "true or false, and a reason where there are any",
  matching: "a letter for each",
  ordering: "an order; tick the box if it stands as you want it",
};
