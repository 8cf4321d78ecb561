// The table of responses (tests/marking_cases.json), marked by the scripts of the practice page without a page.
// GDQUIZ_MARKING names a file with { scripts, grammar, cases }, which tests/test_practice_page.py writes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const { scripts, grammar, cases } = JSON.parse(readFileSync(process.env.GDQUIZ_MARKING, "utf8"));
const page = new Function(`"use strict";\n${scripts.join("\n")}\nreturn { mark, exact, plainRatio };`)();

for (const { name, part, key, response, earlier, expected } of cases)
  test(name, () => {
    const given = Object.fromEntries(Object.entries(earlier).map(([id, value]) => [id, page.exact(value)]));
    const marking = page.mark(part, key, response, given, grammar);
    assert.deepEqual(
      {
        credit: page.plainRatio(marking.credit),
        right: marking.right,
        misconception: marking.misconceptions[0] ?? "",
        unreadable: marking.unreadable !== "",
        followed: marking.followed,
        by_hand: marking.by_hand,
      },
      expected,
    );
  });
