"""Reading items: every fault of meaning is told with its place, what was expected and a hint; what is understood."""

from __future__ import annotations

import pytest
from banking import CHOICE, NUMBER, STEP, item, text_of, told

from gdquiz.banks.misconceptions import shipped
from gdquiz.banks.names import run_names
from gdquiz.banks.shape import RESERVED
from gdquiz.formulas.expressions import FUNCTIONS, to_text

A = 'parameters = { a = "1..3", w0 = [1, 2] }\n'
OPTIONS = 'option = [{ id = "yes", text = "y", when = "a > 1" }, { id = "no", text = "n", when = "a <= 1" }]\n'
ORDER = (
    '[[item.part]]\nkind = "ordering"\nask = "?"\n'
    'option = [{ id = "x", text = "x", rank = "a" }, { id = "y", text = "y", rank = "w0" }]\n'
)
MATCH = (
    '[[item.part]]\nkind = "matching"\nask = "?"\noption = [{ id = "x", text = "x" }, { id = "y", text = "y" }]\n'
    'prompt = [{ id = "p", text = "p", match = "x" }, { id = "q", text = "q", match = "y" }]\n'
)
FORMULA = '[[item.part]]\nkind = "formula"\nask = "?"\n'
TEXT = '[[item.part]]\nkind = "text"\nask = "?"\n'
LOSS = '[item.loss]\nformula = "a*w^2"\nvariables = ["w"]\n'
RUN = '[item.run]\nstart = ["w0"]\nrate = "1/4"\nsteps = 2\n'
SGD = (
    'parameters = { y = "1..3" }\ndata = { x = ["1", "2"], z = ["y", "0"] }\n'
    'run = { start = ["0"], rate = "1/4", steps = 2, method = "sgd", order = [1, 2] }\n'
)
DATA = SGD.split("run", maxsplit=1)[0]
FIT = (
    'parameters = { s = "1..3" }\n'
    'fit = { seeds = "s", grid = "-1..1 by 1/5", truth = [1, 2], train = 4, heldout = 3, noise = 2, '
    "degrees = [1, 2] }\n"
)

NOTHING = (
    "part[1].wrong[1]: nothing tells what SIGN answers; expected a value, values, formula, chooses or redefine "
    "(hint: only mistakes in a step or derivative are executed, and only on an item with a run)"
)
MAP = '[item.figure]\nkind = "contours"\nx_range = ["1", "2"]\ny_range = ["1", "2"]\nalt = "x"\nkey_alt = "y"'
PLOT = '[item.figure]\nkind = "series"\nalt = "x"\nkey_alt = "y"\n'

FAULTS: dict[str, tuple[str, str]] = {
    # names
    "unknown name": (
        A + NUMBER + 'answer = "b"',
        "part[1].answer: unknown name 'b' at column 1; expected one of a, w0",
    ),
    "near name": (
        'parameters = { alpha = "1..3" }\n' + NUMBER + 'answer = "alhpa"',
        "part[1].answer: unknown name 'alhpa' at column 1; expected one of alpha (hint: did you mean 'alpha'?)",
    ),
    "a function's name": (
        'parameters = { exp = "1..3" }\n' + NUMBER + 'answer = "2"',
        "parameters.exp: 'exp' is a word of the language of expressions; expected a name of its own",
    ),
    "a word's name": (
        A + 'define = { step = "a", and = "a" }\n' + NUMBER + 'answer = "a"',
        "define.step: 'step' is a word of the language of expressions; expected a name of its own",
    ),
    "defined parameter": (
        A + 'define = { a = "2" }\n' + NUMBER + 'answer = "a"',
        "define.a: the name 'a' is already taken; expected a name of its own",
    ),
    "a name of the run": (
        'parameters = { a = "1..3", w0 = [1], grad = [1] }\n' + STEP + NUMBER + 'answer = "a"',
        "parameters.grad: the name 'grad' is already taken; expected a name of its own",
    ),
    "a variable as parameter": (
        'parameters = { a = "1..3", w0 = [1], w = [1] }\n' + STEP + NUMBER + 'answer = "a"',
        "parameters.w: the name 'w' is already taken; expected a name of its own",
    ),
    "a variable twice": (
        A + '[item.loss]\nformula = "a*w^2"\nvariables = ["w", "w"]\n' + NUMBER + 'answer = "a"',
        "loss.variables[2]: the name 'w' is already taken; expected a name of its own",
    ),
    "a column as variable": (
        'data = { w = ["1", "2"] }\n' + A + LOSS + NUMBER + 'answer = "a"',
        "data.w: the name 'w' is already taken; expected a name of its own",
    ),
    "a case defines a parameter": (
        A + '[[item.case]]\nid = "x"\ndefine = { a = "9" }\n' + NUMBER + 'answer = "a"',
        "case[1].define.a: the name 'a' is already taken; expected a name of its own",
    ),
    "a name in one case only": (
        '[[item.case]]\nid = "x"\nparameters = { a = "1..2" }\n[[item.case]]\nid = "y"\nparameters = { b = "1..2" }\n'
        + NUMBER
        + 'answer = "a"',
        "part[1].answer: the case 'y' has no 'a'; expected a name that every case has",
    ),
    "texts differ": (
        '[[item.case]]\nid = "x"\ntext = { s = "S" }\n[[item.case]]\nid = "y"\ntext = { t = "T" }\n'
        + NUMBER
        + 'answer = "1"',
        "case[2].text: the cases do not have the same texts: s, t",
    ),
    "mathematics in the words of a case": (
        '[[item.case]]\nid = "x"\ntext = { s = "the sign of $z$" }\n' + NUMBER + 'answer = "1"',
        "case[1].text.s: the words of a case are printed as they are, so they hold no mathematics and no code spans; "
        "expected plain words (hint: put the formula into the text around the slot)",
    ),
    "LaTeX in the words of a case": (
        "[[item.case]]\nid = \"x\"\ntext = { s = '\\\\le' }\n" + NUMBER + 'answer = "1"',
        "case[1].text.s: the words of a case are printed as they are, so they hold no mathematics and no code spans; "
        "expected plain words (hint: put the formula into the text around the slot)",
    ),
    "case twice": (
        '[[item.case]]\nid = "x"\n[[item.case]]\nid = "x"\n' + NUMBER + 'answer = "1"',
        "case[2].id: the case id 'x' is used twice",
    ),
    "part twice": (
        A + NUMBER + 'answer = "a"\n' + NUMBER + 'answer = "a"',
        "part[2].id: the part id 'answer' is used twice",
    ),
    # domains
    "empty domain": (
        "parameters = { a = [] }\n" + NUMBER + 'answer = "a"',
        "parameters.a: the domain is empty; expected at least one value",
    ),
    "twice in a domain": (
        "parameters = { a = [1, '2/2'] }\n" + NUMBER + 'answer = "a"',
        "parameters.a: the domain has 1 twice; expected different values",
    ),
    "range misses its end": (
        'parameters = { a = "0..1 by 2/3" }\n' + NUMBER + 'answer = "a"',
        "parameters.a: the range '0..1 by 2/3' does not meet its upper end (hint: choose a step that does)",
    ),
    "zero below": (
        "parameters = { a = ['1/0'] }\n" + NUMBER + 'answer = "a"',
        "parameters.a: '1/0' divides by zero",
    ),
    # numbers and conditions
    "number for a condition": (
        'require = ["a"]\n' + A + NUMBER + 'answer = "a"',
        "require[1]: a number stands where a condition belongs; expected a condition, such as a < b",
    ),
    "condition for a number": (
        A + NUMBER + 'answer = "a < 2"',
        "part[1].answer: a condition stands where a number belongs; expected a number, such as if(a < b, 1, 0)",
    ),
    "condition through a definition": (
        A + 'define = { small = "a < 2" }\n' + NUMBER + 'answer = "small + 1"',
        "part[1].answer: a condition stands where a number belongs; expected a number, such as if(a < b, 1, 0)",
    ),
    "not of a number": (
        A + 'define = { odd = "not a" }\n' + NUMBER + 'answer = "a"',
        "define.odd: a number stands where a condition belongs; expected a condition, such as a < b",
    ),
    "slot of a condition": (
        A + NUMBER + 'answer = "a"',
        "stem: a condition stands where a number belongs; expected a number, such as if(a < b, 1, 0)",
    ),
    # expressions
    "division by zero": (A + NUMBER + 'answer = "1/0"', "part[1].answer: division by zero at column 2"),
    "index outside": (
        A + STEP + NUMBER + 'answer = "w[3]"',
        "part[1].answer: 'w[3]' does not exist; expected an index from 0 to 2",
    ),
    "no index": (
        A + STEP + NUMBER + 'answer = "w"',
        "part[1].answer: 'w' has a value at every step (hint: write w[0] for the value at the start)",
    ),
    "index of a number": (
        A + STEP + NUMBER + 'answer = "a[0]"',
        "part[1].answer: 'a' is a single number and takes no index",
    ),
    "itself": (
        A + 'define = { p = "q + 1", q = "p - 1" }\n' + NUMBER + 'answer = "p"',
        "define.p: 'p' is worked out from itself (hint: p needs q needs p)",
    ),
    "a rate from the run": (
        A + STEP.replace('"1/10"', '"1/curvature[0]"') + NUMBER + 'answer = "a"',
        "run: the run is worked out from itself (hint: the run needs curvature needs the run)",
    ),
    "a start from the run": (
        A + 'define = { s = "w[1]" }\n' + STEP.replace('["w0"]', '["s"]') + NUMBER + 'answer = "a"',
        "define.s: 's' is worked out from itself (hint: s needs w needs the run needs s)",
    ),
    # the loss and its data
    "a constant loss": (
        A + '[item.loss]\nformula = "a"\nvariables = ["w"]\n' + NUMBER + 'answer = "a"',
        "loss.formula: the loss does not depend on its variables; expected w",
    ),
    "mean without data": (
        A + '[item.loss]\nformula = "mean(a*w)"\nvariables = ["w"]\n' + NUMBER + 'answer = "a"',
        "loss.formula: misplaced 'mean' at column 1; expected a declared name or a function",
    ),
    "columns differ": (
        'data = { x = ["1", "2"], z = ["1"] }\n' + A + LOSS + NUMBER + 'answer = "a"',
        "data: the columns of the data differ in length, or are empty",
    ),
    "no rows": (
        "data = { x = [] }\n" + A + LOSS + NUMBER + 'answer = "a"',
        "data: the columns of the data differ in length, or are empty",
    ),
    "column outside of a mean": (
        DATA + '[item.loss]\nformula = "mean(w*x) + z*w"\nvariables = ["w"]\n' + NUMBER + 'answer = "1"',
        "loss.formula: 'z' is a column of data; expected a name inside of mean(...) or sum(...)",
    ),
    "mean in a mean": (
        DATA + '[item.loss]\nformula = "mean(w*x - mean(w*z))"\nvariables = ["w"]\n' + NUMBER + 'answer = "1"',
        "loss.formula: a mean or sum stands inside of another",
    ),
    "sgd of a loss without terms": (
        SGD + '[item.loss]\nformula = "mean((w*x - z)^2) + w^2"\nvariables = ["w"]\n' + NUMBER + 'answer = "w[1]"',
        "loss.formula: sgd takes one term of the loss at a time; expected a loss that is a mean(...) or sum(...)",
    ),
    "order outside": (
        SGD.replace("[1, 2]", "[1, 3]")
        + '[item.loss]\nformula = "mean((w*x - z)^2)"\nvariables = ["w"]\n'
        + NUMBER
        + 'answer = "1"',
        "run.order: expected 2 entries of examples between 1 and 2",
    ),
    "an empty batch": (
        SGD.replace("[1, 2]", "[1, []]")
        + '[item.loss]\nformula = "mean((w*x - z)^2)"\nvariables = ["w"]\n'
        + NUMBER
        + 'answer = "1"',
        "run.order: expected 2 entries of examples between 1 and 2",
    ),
    "an order without sgd": (
        A + STEP + "order = [1, 1]\n" + NUMBER + 'answer = "a"',
        "run.order: an order of examples belongs to the method sgd, and sgd needs one",
    ),
    # the run
    "method": (
        A + STEP + 'method = "nestrov"\n' + NUMBER + 'answer = "a"',
        "run.method: unknown method 'nestrov'; expected descent, heavy-ball, nesterov, sgd, adagrad, rmsprop, adam "
        "(hint: did you mean 'nesterov'?)",
    ),
    "settings": (
        A + STEP + 'method = "heavy-ball"\n' + NUMBER + 'answer = "a"',
        "run.settings: the method heavy-ball is set by beta",
    ),
    "starts": (
        A + STEP.replace('["w0"]', '["w0", "1"]') + NUMBER + 'answer = "a"',
        "run.start: 2 values for 1 variables; expected one for each variable",
    ),
    "a run without a loss": (
        A + 'run = { start = ["1"], rate = "1", steps = 1 }\n' + NUMBER + 'answer = "a"',
        "run: a run needs a loss; expected a table [item.loss]",
    ),
    "points": (
        A + 'points = { p = ["1", "2"] }\n' + LOSS + NUMBER + 'answer = "a"',
        "points.p: 2 coordinates, not 1",
    ),
    # fits
    "seeds": (
        FIT.replace('seeds = "s"', 'seeds = "t"') + NUMBER + 'answer = "train[0]"',
        "fit.seeds: there is no parameter 't'",
    ),
    "fractions as seeds": (
        FIT.replace('"1..3"', "['1/2', '1/3']") + NUMBER + 'answer = "train[0]"',
        "parameters.s: the numbers of data sets are not whole; expected whole numbers",
    ),
    "degrees fall": (
        FIT.replace("[1, 2] }", "[2, 1] }") + NUMBER + 'answer = "train[0]"',
        "fit.degrees: the list does not rise; expected each number larger than the one before",
    ),
    "degrees": (
        FIT.replace("[1, 2] }", "[1, 4] }") + NUMBER + 'answer = "train[0]"',
        "fit.degrees: a degree needs more training points than it has powers",
    ),
    # parts
    "no answer": (A + NUMBER, "part[1].answer: a part of kind 'number' needs the field 'answer'"),
    "two fields": (
        A + NUMBER + 'answer = "a"\ntruth = "a > 1"',
        "part[1].truth: a part of kind 'number' has no field 'truth'",
    ),
    "option id twice": (
        A + CHOICE + OPTIONS.replace('"no"', '"yes"'),
        "part[1].option[2].id: the option id 'yes' is used twice",
    ),
    "no condition": (
        A + CHOICE + OPTIONS.replace(', when = "a > 1"', ""),
        "part[1].option[1]: the option needs the field 'when'",
    ),
    "a rank on a choice": (
        A + CHOICE + OPTIONS.replace('when = "a > 1"', 'when = "a > 1", rank = "a"'),
        "part[1].option[1].rank: an option of kind 'choice' has no field 'rank'",
    ),
    "one option": (
        A + CHOICE + 'option = [{ id = "yes", text = "y", when = "a > 1" }]',
        "part[1].option: there is nothing to choose from; expected at least two options",
    ),
    "an unknown option": (
        A + MATCH.replace('match = "y"', 'match = "z"'),
        "part[1].prompt[2].match: there is no option 'z'; expected x, y",
    ),
    "few wrong values": (
        A + CHOICE + 'answer = "a"\nwrong = [{ misconception = "SIGN", value = "-a" }]',
        "part[1].wrong: 1 wrong values; expected at least 3 to choose from",
    ),
    "guide": (
        A + TEXT + "points = 2\nguide = [{ points = 1, text = 'x' }]",
        "part[1].guide: the marking guide does not add up to the points of the part",
    ),
    "derivative": (A + LOSS + FORMULA + 'derivative = "v"', "part[1].derivative: 'v' is no variable; expected w"),
    "follow on words": (
        A + NUMBER + 'answer = "a"\n' + CHOICE.replace("kind", 'id = "second"\nkind') + OPTIONS + 'follow = "answer"',
        "part[2].follow: only a part of kind 'number' can follow from earlier ones",
    ),
    "follow of two meanings": (
        A + NUMBER.replace("kind", 'id = "a"\nkind') + 'answer = "a"\n' + NUMBER + 'answer = "a"\nfollow = "a"',
        "part[2].follow: 'a' is an earlier part and a quantity; expected a name of its own",
    ),
    "follow a later part": (
        A + NUMBER + 'answer = "a"\nfollow = "later"\n' + NUMBER.replace("kind", 'id = "later"\nkind') + 'answer = "a"',
        "part[1].follow: unknown name 'later' at column 1; expected one of a, w0",
    ),
    # wrong answers
    "misconception": (
        A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "NO_ETTA", value = "-a" }]',
        "part[1].wrong[1].misconception: unknown misconception 'NO_ETTA' (hint: did you mean 'NO_ETA'?)",
    ),
    "nothing to execute": (
        A + NUMBER + 'answer = "a"\nwrong = [{ misconception = "SIGN" }]',
        NOTHING,
    ),
    "no slip": (
        A + LOSS + FORMULA + 'derivative = "w"\nwrong = [{ misconception = "SIGN" }]',
        NOTHING,
    ),
    "a value for a choice": (
        A + CHOICE + OPTIONS + 'wrong = [{ misconception = "SIGN", value = "1" }]',
        "part[1].wrong[1].value: a wrong answer has no field 'value' here; expected 'chooses'",
    ),
    "an empty choice": (
        A + CHOICE + OPTIONS + 'wrong = [{ misconception = "SIGN", chooses = [] }]',
        "part[1].wrong[1].chooses: the wrong answer is empty",
    ),
    "an unknown choice": (
        A + CHOICE + OPTIONS + 'wrong = [{ misconception = "SIGN", chooses = "yess" }]',
        "part[1].wrong[1].chooses: there is no option 'yess'; expected yes, no (hint: did you mean 'yes'?)",
    ),
    "half an order": (
        A + ORDER + 'wrong = [{ misconception = "SIGN", chooses = ["x"] }]',
        "part[1].wrong[1].chooses: 1 options are chosen for 2 places; expected all options in order",
    ),
    "an order with a double": (
        A + ORDER + 'wrong = [{ misconception = "SIGN", chooses = ["x", "x"] }]',
        "part[1].wrong[1].chooses: 2 options are chosen for 2 places; expected all options in order",
    ),
    "half a matching": (
        A + MATCH + 'wrong = [{ misconception = "SIGN", chooses = "x" }]',
        "part[1].wrong[1].chooses: 0 options are chosen for 2 places; expected an option for each prompt, "
        "in their order",
    ),
    "too few values": (
        A + '[[item.part]]\nkind = "numbers"\nask = "?"\n'
        'answers = [{ label = "x", value = "a" }, { label = "y", value = "a" }]\n'
        'wrong = [{ misconception = "SIGN", values = ["1"] }]',
        "part[1].wrong[1].values: 1 wrong values for 2 answers",
    ),
    "wrong words": (
        A + TEXT + "guide = [{ points = 1, text = 'x' }]\nwrong = [{ misconception = 'SIGN' }]",
        "part[1].wrong[1]: a part of kind 'text' has no wrong answers (hint: write a marking guide)",
    ),
    "wrong without reasons": (
        A + '[[item.part]]\nkind = "truth"\nask = "?"\ntruth = "a > 1"\nwrong = [{ misconception = "SIGN" }]',
        "part[1].wrong[1]: a part of kind 'truth' without reasons has no wrong answers",
    ),
    "redefine": (
        A
        + 'define = { half = "a/2" }\n'
        + NUMBER
        + 'answer = "half"\nwrong = [{ misconception = "SIGN", redefine = { halv = "a" } }]',
        "part[1].wrong[1].redefine.halv: there is no quantity 'halv' to redefine (hint: did you mean 'half'?)",
    ),
    # figures
    "a figure of no loss": (
        A + NUMBER + 'answer = "a"\n[item.figure]\nkind = "curve"\nalt = "x"\nkey_alt = "y"',
        "figure: a figure of kind 'curve' needs a loss",
    ),
    "a figure without range": (
        A + LOSS + NUMBER + 'answer = "a"\n[item.figure]\nkind = "curve"\nx_range = ["1"]\nalt = "x"\nkey_alt = "y"',
        "figure.x_range: 1 numbers; expected 2",
    ),
    "a map of one variable": (
        A + LOSS + NUMBER + 'answer = "a"\n' + MAP,
        "figure: a figure of kind 'contours' cannot show 1 variables",
    ),
    "series of nothing": (
        A + NUMBER + 'answer = "a"\n' + PLOT + "series = []",
        "figure.series: a figure of kind 'series' needs series; expected a table [[item.figure.series]]",
    ),
    "a series without a name": (
        A + NUMBER + 'answer = "a"\n' + PLOT + 'series = [{ formula = ["k"] }]',
        "figure.series[1]: a series has either a label or a letter",
    ),
    "a series of no run": (
        A + NUMBER + 'answer = "a"\n' + PLOT + 'series = [{ label = "A", rate = "a" }]',
        "figure.series[1]: a series without formula is a run; expected a table [item.run], or a formula in k",
    ),
    "a formula with a rate": (
        A + NUMBER + 'answer = "a"\n' + PLOT + 'series = [{ label = "A", formula = ["k"], rate = "a" }]',
        "figure.series[1]: a series is either a formula or a run",
    ),
    "another step": (
        'parameters = { k = "1..3" }\n'
        + NUMBER
        + 'answer = "k"\n'
        + PLOT
        + 'series = [{ label = "A", formula = ["k"] }]',
        "figure.series: 'k' is the step in a formula of a series; expected another name for the quantity",
    ),
    "an unknown name in a series": (
        A + NUMBER + 'answer = "a"\n' + PLOT + 'series = [{ label = "A", formula = ["q"] }]',
        "figure.series[1].formula: unknown name 'q' at column 1; expected one of a, k, w0",
    ),
    "one panel": (
        A + NUMBER + 'answer = "a"\n' + PLOT + 'panels = true\nseries = [{ label = "A", formula = ["k"] }]',
        "figure.panels: 1 panels; expected 2 to 6 different labels of series",
    ),
    "a series with a misconception that is not executed": (
        A + LOSS + RUN + NUMBER + 'answer = "a"\n' + PLOT + 'series = [{ label = "A", misconception = "HEIGHT" }]',
        "figure.series[1].misconception: 'HEIGHT' is no mistake in a step or derivative",
    ),
    "a series on a curve": (
        A + LOSS + RUN + NUMBER + 'answer = "a"\n[item.figure]\nkind = "curve"\nx_range = ["0", "1"]\n'
        'alt = "x"\nkey_alt = "y"\nseries = [{ label = "A" }]',
        "figure.series: a figure of kind 'curve' has no series; expected 'series' or 'contours'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_meaning_is_told(name: str) -> None:
    body, message = FAULTS[name]
    stem = "{{a < 2}}" if name == "slot of a condition" else "What?"
    lines = [line.split(", field ", 1)[-1].split("item one: ")[-1] for line in told(text_of(body, stem=stem))]
    assert message in lines
    assert all(line.startswith("trial.toml:") for line in told(text_of(body, stem=stem)))


def test_every_fault_of_an_item_is_told_at_once() -> None:
    body = (
        A
        + 'define = { p = "b" }\n'
        + STEP.replace('"1/10"', '"a +"')
        + NUMBER
        + 'answer = "c"\n'
        + CHOICE
        + OPTIONS.replace("a > 1", "a >")
    )
    places = [line.split(", field ")[1].split(": ")[0] for line in told(text_of(body, stem="{{d}} and $ and {{a"))]
    assert set(places) == {
        "define.p", "run.rate", "part[1].answer", "part[2].id", "part[2].option[1].when", "stem",
    }  # fmt: skip


def test_a_fault_that_all_cases_share_is_told_once() -> None:
    body = (
        '[[item.case]]\nid = "x"\n[[item.case]]\nid = "y"\n'
        + A
        + 'define = { p = "nowhere" }\n'
        + NUMBER
        + 'answer = "p"'
    )
    text = text_of(body.replace(A, ""), top=A + 'define = { p = "nowhere" }').replace(
        'define = { p = "nowhere" }\n[[item.part]]', "[[item.part]]"
    )
    assert len(told(text)) == 1


@pytest.mark.parametrize(
    ("stem", "message"),
    [
        ("{{a", "a slot is not closed; expected {{name}}"),
        ("${{a}}", "a dollar sign has no partner; expected $...$ or $$...$$ (hint: write \\$ for money)"),
        ("{{= w[k]}}", "the index of 'w' is no number here; expected a number, or a quantity defined for it"),
        ("{{nothing}}", "unknown name 'nothing' at column 1; expected one of a, curvature, eig_max, eig_min, grad, "
         "grad_w, hess_w_w, k, loss, minimizer_w, w, w0"),
        ("{{~ v}}", "unknown name 'v' at column 1; expected one of a, eig_max, eig_min, k, minimizer_w, w, w0"),
    ],
)  # fmt: skip
def test_faults_of_texts(stem: str, message: str) -> None:
    body = 'parameters = { a = "1..3", w0 = [1, 2], k = [0, 1] }\n' + STEP + NUMBER + 'answer = "a"'
    (line,) = told(text_of(body, stem=stem))
    assert line == f"trial.toml:10, item one, field stem: {message}"


def test_conditions_are_not_printed_as_numbers() -> None:
    body = A + 'define = { small = "a < 2" }\n' + NUMBER + 'answer = "a"'
    mixed = "a condition stands where a number belongs; expected a number, such as if(a < b, 1, 0)"
    for stem in ("{{small}}", "{{= small}}", "{{~ small}}"):
        assert told(text_of(body, stem=stem)) == [f"trial.toml:10, item one, field stem: {mixed}"]
    item(body, stem="{{= a < 2}} {{if(small, 1, 2)}}")  # a comparison of numbers may be shown


def test_dollars_in_code_and_money_need_no_partner() -> None:
    item(A + NUMBER + 'answer = "a"', stem=r"`$x` costs \$5 and $a$")


def test_definitions_that_rest_on_hundreds_of_others_are_refused() -> None:
    chain = ", ".join(f'd{k} = "d{k + 1} + 1"' for k in range(400))
    (line,) = told(text_of(f'{A}define = {{ {chain}, d400 = "a" }}\n{NUMBER}answer = "d0"'))
    assert line == "trial.toml:5, item one: the definitions rest on one another too deeply"


def test_functions_are_reserved() -> None:
    assert {*FUNCTIONS, "and", "or", "not", "ln"} == set(RESERVED)


# --- what is understood --------------------------------------------------------------------------------------------


def test_a_mean_over_data_is_written_out() -> None:
    model = item(SGD + '[item.loss]\nformula = "mean((w*x - z)^2)"\nvariables = ["w"]\n' + NUMBER + 'answer = "w[2]"')
    (case,) = model.cases
    assert to_text(case.loss) == "((w*1 - y)^2 + (w*2 - 0)^2)/2"
    assert to_text(case.term) == "(w*x - z)^2"
    assert case.averaged and model.order == ((1,), (2,))


def test_a_sum_over_data_is_not_averaged() -> None:
    model = item(SGD + '[item.loss]\nformula = "sum((w*x - z)^2)"\nvariables = ["w"]\n' + NUMBER + 'answer = "w[2]"')
    assert to_text(model.cases[0].loss) == "(w*1 - y)^2 + (w*2 - 0)^2"
    assert not model.cases[0].averaged


def test_slots_know_how_they_are_set() -> None:
    model = item(
        A + STEP + NUMBER + 'answer = "a"',
        stem="{{a}} {{a/2:2}} {{a:code}} {{= a + w[1]}} {{~ a*w}} {{~ loss}} {{~ gradient_w}}",
    )
    assert {slot.key: (slot.style, slot.format, slot.kind) for slot in model.slots.values()} == {
        "a": ("number", "", "math"),
        "a/2:2": ("number", "2", "math"),
        "a:code": ("number", "code", "code"),
        "= a + w[1]": ("plugged", "", "math"),
        "~ a*w": ("tidy", "", "math"),
        "~ loss": ("derived", "", "math"),
        "~ gradient_w": ("derived", "", "math"),
    }


def test_an_earlier_part_may_be_followed_by_its_id() -> None:
    model = item(
        A
        + NUMBER.replace("kind", 'id = "first-one"\nkind')
        + 'answer = "a"\n'
        + NUMBER
        + 'answer = "2*a"\nfollow = "2*first_one"'
    )
    assert to_text(model.parts[1].follow) == "2*first_one"


def test_names_of_variables_may_have_underscores() -> None:
    loss = '[item.loss]\nformula = "a*w_1^2 + w_2^2"\nvariables = ["w_1", "w_2"]\n'
    run = '[item.run]\nstart = ["1", "a"]\nrate = "1/4"\nsteps = 1\n'
    model = item(A + loss + run + NUMBER + 'answer = "grad_w_1[0] + hess_w_1_w_2[1]"')
    series, scalars = run_names(model.source)
    assert series["grad_w_1"] == series["hess_w_1_w_2"] == 1
    assert "minimizer_w_2" in scalars


def test_only_slips_can_be_made_in_a_formula() -> None:
    slips = {code: row.slip for code, row in shipped().items()}
    assert slips["NO_2"] == "no-factor" and slips["NO_INNER"] == "no-inner" and slips["SECOND"] == "second"
    assert slips["SIGN"] is slips["SAME"] is slips["PTS_TO_MIN"] is None
