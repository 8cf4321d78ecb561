// The view of what was learned: mastery by skill, slips made, and what to do with the record.

/** @type {(section: HTMLElement, data: PageData, texts: Texts, session: Session, practise: (scope: string) => void, restart: () => void) => void} */
function paintProgress(section, data, texts, session, practise, restart) {
  const skills = Object.keys(data.skills).flatMap((skill) => {
    const item = data.items.find((one) => one.skill === skill);
    return item ? [[skill, item.topic]] : [];
  });
  const mastered = skills.filter(([skill]) => session.isMastered(skill)).length;
  const begun = skills.filter(([skill]) => session.skill(skill).questions);
  const rows = skills.map(([skill, topic]) => {
    const { mastery, questions, credit } = session.skill(skill),
      percent = Math.round(100 * mastery);
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, named(skill)),
      make("td", {}, named(topic)),
      make(
        "td",
        {},
        questions
          ? make("meter", {
              min: 0,
              max: 100,
              low: 50,
              high: 100 * data.mastery.mastered,
              optimum: 100,
              value: percent,
              "aria-label": `Mastery of ${named(skill)}`,
            })
          : "",
        questions ? ` ${percent}%` : "not begun",
      ),
      make("td", {}, questions ? `${shortNumber(credit)} of ${questions}` : ""),
      make(
        "td",
        {},
        make(
          "button",
          {
            type: "button",
            class: "small",
            "aria-label": `Practise ${named(skill)}`,
            click: () => practise(`skill ${skill}`),
          },
          "Practise",
        ),
      ),
    );
  });
  const slips = Object.entries(session.progress().misconceptions)
    .filter(([code]) => data.misconceptions[code])
    .sort(([, a], [, b]) => b - a)
    .slice(0, 8);
  const said = make("p", { class: "soft" });
  const file = make("input", {
    type: "file",
    accept: "application/json",
    id: "import",
    change: async () => {
      const chosen = file.files?.[0];
      if (!chosen) return;
      const faults = await taken(chosen, session);
      said.textContent = faults.length
        ? `This file holds no progress of gdquiz practice that can be read here: ${faults.join("; ")}.`
        : "The progress was read and added to yours.";
      announce(said.textContent);
      if (faults.length) file.value = "";
      else restart();
    },
  });
  const confirm = make(
    "div",
    { class: "buttons", hidden: true },
    make("span", {}, "Forget everything you have done here, also what was set aside?"),
    make(
      "button",
      {
        type: "button",
        click: () => {
          session.reset();
          restart();
          announce("Your progress was forgotten.");
          focusOn(find("h2", section));
        },
      },
      "Yes, forget it",
    ),
    make(
      "button",
      {
        type: "button",
        click: () => {
          confirm.hidden = true;
          reset.focus();
        },
      },
      "No, keep it",
    ),
  );
  const reset = make(
    "button",
    {
      type: "button",
      click: () => {
        confirm.hidden = false;
        find("button", confirm).focus();
      },
    },
    "Reset",
  );
  section.replaceChildren(
    make("h2", {}, "Progress"),
    make(
      "p",
      {},
      `${mastered} of ${plural(skills.length, "skill")} mastered, ${begun.length} begun. A skill counts as mastered from ` +
        `${Math.round(100 * data.mastery.mastered)}% on; the percentage is the probability that you know it, by your answers.`,
    ),
    slips.length
      ? make(
          "div",
          {},
          make("h3", {}, "What your wrong answers showed"),
          make(
            "ul",
            {},
            slips.map(([code, times]) => {
              const line = texts.element("li", data.misconceptions[code].title);
              line.append(`: ${plural(times, "time")}`);
              return line;
            }),
          ),
        )
      : "",
    make(
      "div",
      { class: "table wide", tabindex: 0, role: "region", "aria-label": "Skills" },
      make(
        "table",
        {},
        make(
          "thead",
          {},
          make(
            "tr",
            {},
            ["Skill", "Topic", "Mastery", "Points", "Go"].map((name) => make("th", { scope: "col" }, name)),
          ),
        ),
        make("tbody", {}, rows),
      ),
    ),
    make(
      "div",
      { class: "controls" },
      make(
        "button",
        { type: "button", click: () => saveFile("gdquiz-progress.json", session.text()) },
        "Save as a file",
      ),
      make("div", { class: "field" }, make("label", { for: "import" }, "Read from a file"), file),
      session.aside().map((text, i) =>
        make(
          "button",
          { type: "button", click: () => saveFile(`gdquiz-progress-set-aside-${i + 1}.json`, text) },
          "Save what was set aside",
          i ? ` (${i + 1})` : "",
        ),
      ),
      reset,
    ),
    said,
    confirm,
  );
}

const MOST_BYTES = 20_000_000;

// What is wrong with a file whose progress was to be added.
/** @type {(file: File, session: Session) => Promise<string[]>} */
async function taken(file, session) {
  if (file.size > MOST_BYTES) return ["it is too large"];
  let text;
  try {
    text = await file.text();
  } catch {
    return ["the browser cannot open it"];
  }
  return session.take(text);
}

/** @type {(name: string, text: string) => void} */
function saveFile(name, text) {
  const link = make("a", {
    href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
    download: name,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
