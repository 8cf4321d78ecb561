r"""The one table of misconceptions: what learners get wrong, why it is wrong, and what to say to them.

Where a misconception is about how a step or a derivative is made, the row carries the mistake itself (see
``mistakes``), so that a wrong answer is the right answer of a mistaken solver.  Where it is about what a result means,
or belongs to the formula of one kind of item, ``mistake`` is None and the item says what the learner answers.

Titles are plain words; the other texts are Markdown with ``$...$`` mathematics.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from gdquiz.descent import mistakes
from gdquiz.descent.mistakes import Mistake, slip
from gdquiz.descent.stepping import Field, Solver, descent


@dataclass(frozen=True, slots=True)
class Misconception:
    """A row of the table.

    ``title`` is for a marker, ``belief`` is what the learner thinks, ``why`` says why that is wrong, ``say`` is said
    to the learner who shows it and does not give the answer away.  ``mistake`` turns a solver into the learner's.
    """

    code: str
    title: str
    belief: str
    why: str
    say: str
    mistake: Mistake | None = None


_STEPS = (
    Misconception(
        "AS_MEANT",
        "reads the program as it was meant",
        "The program does what its author wanted it to do.",
        "A program does what its lines say, and a single wrong line changes every number after it.",
        "You worked out what the program ought to give. Carry it out line by line, exactly as it stands.",
    ),
    Misconception(
        "COPIED",
        "copies the result that was to be corrected",
        "The last line of the calculation is right, whatever went wrong before it.",
        "A mistake in one line changes the results of all lines that use it, the last one included.",
        "This is the result with the mistake in it. Mend the wrong line and carry the new number through the lines "
        "below it.",
    ),
    Misconception(
        "SIGN",
        "moves in the wrong direction",
        "To get to lower loss I go where the gradient points.",
        r"The gradient points where the loss rises fastest. Descent therefore steps along $-\nabla f$, and only "
        r"ascent steps along $\nabla f$.",
        "Check one sign: find out on which side the loss rises and on which it falls, and which of the two the "
        "question wants.",
        mistakes.uphill,
    ),
    Misconception(
        "NO_ETA",
        "forgets the learning rate",
        "The new point is the old point minus the gradient.",
        r"The step is $-\eta\nabla f(x)$. Leaving out $\eta$ amounts to taking $\eta = 1$, whatever rate was set.",
        "You have the gradient and its direction; now look for the number in the question that you have not used yet.",
        mistakes.without_rate,
    ),
    Misconception(
        "NO_X",
        "gives the step and not the new point",
        "Rate times gradient is the answer.",
        r"$-\eta\nabla f(x)$ says how far to move. The new point is where that move ends: $x - \eta\nabla f(x)$.",
        "You found how far to move. Ask yourself where you are after the move.",
        mistakes.step_as_point,
    ),
    Misconception(
        "UNIT",
        "takes the learning rate for the length of the step",
        "The gradient only gives the direction; the rate says how long the step is.",
        r"The step $-\eta\nabla f(x)$ has length $\eta\lVert\nabla f(x)\rVert$. It is long where the loss is steep "
        "and short where it is flat.",
        "The direction is fine. Think about what the size of the gradient does to the length of a step.",
        mistakes.unit_length,
    ),
    Misconception(
        "LOSS",
        "uses the loss where its derivative is due",
        "The more loss there is, the longer the step, so the rate multiplies the loss.",
        "A step uses the slope of the loss and not its height. Adding a constant to $f$ changes the height everywhere "
        "and changes no step.",
        "You put in the value of the loss. Write down the update rule and see which quantity the rate multiplies.",
        mistakes.loss_for_slope,
    ),
    Misconception(
        "SECOND",
        "uses the second derivative where the first is due",
        "I differentiate until a simple expression is left and use that.",
        "The slope of $f$ is $f'$. The second derivative $f''$ tells how fast the slope changes, not which way or how "
        "steeply the loss falls.",
        "You may have differentiated once too often. Count how many derivatives the question needs.",
        slip("second"),
    ),
    Misconception(
        "NEWTON",
        "divides by the curvature",
        "The right step length comes from the second derivative, so I divide the gradient by it.",
        "That is Newton's method, $x - f'(x)/f''(x)$. Gradient descent multiplies by a rate that is given in advance.",
        "You took the step of another method. Check whether the rule of the question contains a second derivative.",
        mistakes.newton,
    ),
    Misconception(
        "SWAP",
        "exchanges the components of the gradient",
        "I have both partial derivatives; which one belongs to which variable does not matter much.",
        r"The component of $\nabla f$ that belongs to a variable is the derivative with respect to that very variable, "
        "and it alone moves that variable.",
        "Both numbers look familiar. Check with respect to which variable you differentiated to get each of them.",
        mistakes.swapped,
    ),
    Misconception(
        "SEQ",
        "updates one coordinate after another",
        "After updating the first variable I use its new value in the derivative for the second.",
        r"All components of $\nabla f(x_k)$ are taken at the same point $x_k$. With a new value already filled in, "
        "the later components belong to a point the gradient was never asked at.",
        "Compute every partial derivative first, and only then change any variable.",
        mistakes.one_after_another,
    ),
    Misconception(
        "STALE",
        "uses the first gradient again and again",
        "I compute the gradient once and repeat the same step.",
        r"Step $k$ uses $\nabla f(x_k)$, the gradient at the point where that step begins. The gradient changes as "
        "soon as the point does.",
        "Your first step looks fine. Before the next one, ask what the slope is at the place you have reached.",
        mistakes.first_gradient,
    ),
    Misconception(
        "NEWG",
        "takes the gradient at the point that was reached",
        "The gradient in the rule is the one at the new point.",
        r"The step from $x_0$ to $x_1$ is $-\eta\nabla f(x_0)$: the gradient belongs to the point that is left and "
        "not to the point that is reached.",
        "Look at the update rule and mark at which of the two points the gradient is evaluated.",
    ),
    Misconception(
        "GRAD_AT_X1",
        "undoes a step with the gradient at its end",
        "To go back I add the step that I compute at the point I am at.",
        r"The step that led to $x_1$ was made with $\nabla f(x_0)$. Going back means solving $x_1 = x_0 - \eta\nabla "
        "f(x_0)$ for $x_0$.",
        "Write the update rule with the start as the unknown and solve it, then test your start by stepping forwards.",
    ),
    Misconception(
        "FORWARD",
        "steps forwards where the earlier point is asked for",
        "Whatever is asked, I apply the update to the point that is given.",
        "The given point is the result of the update. The start is found by solving the update for it, not by "
        "updating once more.",
        "Read again which point is given and which one is asked for. Your answer should lead to the given point.",
    ),
    Misconception(
        "INV",
        "turns the fraction upside down",
        "I need both numbers, so I divide one by the other.",
        r"From $x_1 - x_0 = -\eta g$ follows $\eta = (x_0 - x_1)/g$: the movement is on top. The inverse has the "
        "wrong unit and grows where it ought to shrink.",
        "You chose the right two quantities. Put your result back into the equation to see whether it fits.",
    ),
    Misconception(
        "LEN",
        "takes the distance moved for the learning rate",
        "The learning rate is how far the point moved.",
        r"The distance moved is $\eta\lVert\nabla f(x_0)\rVert$. It equals $\eta$ only where the gradient has length "
        "1.",
        "You measured how far the point moved. Ask what else, besides the rate, decides that distance.",
    ),
    Misconception(
        "DIST",
        "takes the distance to the minimiser for the rate",
        "To arrive in one step the rate has to be as large as the distance.",
        r"One step covers $\eta\lvert f'(x_0)\rvert$. The rate that just arrives is the distance divided by the slope.",
        "You know how far it is. Now ask how far a step with rate 1 would go.",
    ),
    Misconception(
        "BOUND",
        "gives the limit of what is allowed",
        "The largest value that is allowed is the value that is asked for.",
        "A bound says up to where a rate or step is still acceptable. The value asked for obeys a condition of its "
        "own, such as arriving exactly or being the first in a list.",
        "You found how far one may go. Check whether the question asks for that limit or for something inside it.",
    ),
    Misconception(
        "SIGN_CONVENTION",
        "thinks the sign of the step is a matter of taste",
        "Plus or minus is only a convention; the run ends in the same place.",
        r"For a short enough step $x - \eta\nabla f$ lowers the loss and $x + \eta\nabla f$ raises it. The two runs "
        "part in the first step.",
        "Take one small step with each sign and compare the losses.",
    ),
    Misconception(
        "MIRROR",
        "thinks that ascent mirrors the path",
        "Climbing $f$ instead of descending it reflects the path at the origin.",
        "Ascent on $f$ is the same as descent on $-f$. Changing the sign of the loss turns its graph upside down, not "
        "left to right.",
        "Think about which of the two you changed: the sign of the loss, or the sign of the variable.",
    ),
    Misconception(
        "ASCENT_MAX",
        "expects ascent to find a maximum that is not there",
        "Going uphill always ends on a maximum.",
        "A convex function that is not constant has no maximum over all of space. Ascent on a parabola that opens "
        "upwards moves farther away from its lowest point in every step.",
        "Picture the graph of this loss, follow it uphill and look for a place where the climb would end.",
    ),
)

_DERIVATIVES = (
    Misconception(
        "ONE_BRANCH",
        "uses one piece of a piecewise loss everywhere",
        "The formula that holds at the start holds all the way.",
        "A piecewise loss changes its formula where its pieces meet, and each step has to use the piece in "
        "which the point lies now.",
        "Before each step check in which piece the current point lies.",
    ),
    Misconception(
        "SIGN_SLIP",
        "loses a minus sign in the algebra",
        "The terms are right; only a sign got lost on the way.",
        "Moving a term to the other side changes its sign, and a minus sign before a bracket changes all signs in it.",
        "Go through your lines once more and look only at the signs, one at a time.",
    ),
    Misconception(
        "NO_INNER",
        "leaves out the inner derivative",
        "I differentiate the outside and keep the inside as it is.",
        r"For $f(x) = h(u(x))$ the chain rule gives $f'(x) = h'(u(x))\,u'(x)$. Without $u'(x)$ the rate at which the "
        "inside changes is lost.",
        "The outer derivative is there. Look at what stands inside and how fast it changes when the variable does.",
        slip("no-inner"),
    ),
    Misconception(
        "NO_2",
        "leaves out the factor of the power rule",
        "A power just loses one from its exponent.",
        r"The derivative of $u^m$ is $m\,u^{m-1}u'$. The factor $m$ is there because each of the $m$ equal factors "
        "changes; for a square it is 2.",
        "The exponent went down as it should. Something else comes with it when you differentiate a power.",
        slip("no-factor"),
    ),
    Misconception(
        "POWER",
        "does not lower the exponent",
        "The exponent comes down in front and the power stays.",
        r"The derivative of $x^m$ is $m\,x^{m-1}$: the exponent becomes a factor and is one lower afterwards.",
        "You brought the exponent to the front. Have another look at the exponent that is left behind.",
        slip("power-kept"),
    ),
    Misconception(
        "CONST",
        "keeps a constant when differentiating",
        "A number without a variable stays as it is.",
        "A constant does not change when the variable does, so its derivative is 0. It moves the graph up or down and "
        "leaves every slope alone.",
        "Go through your terms one by one and ask how each of them changes when the variable changes a little.",
        slip("constant-kept"),
    ),
    Misconception(
        "LINEAR",
        "drops a linear term when differentiating",
        "A first power vanishes in the derivative, like a constant.",
        r"A linear term $c\,x$ has the constant slope $c$, and that slope belongs to the derivative.",
        "One term of the loss has left no trace in your derivative. Find it and ask whether it is really constant.",
        slip("linear-dropped"),
    ),
    Misconception(
        "CROSS",
        "drops the product of two variables",
        "In a partial derivative every term with another variable counts as a constant and vanishes.",
        r"In $b\,xy$ the other variable is a constant *factor*: the partial derivative with respect to $x$ is $b\,y$. "
        "Only terms without $x$ vanish.",
        "Look at the term that holds both variables. Put a number in place of the other one and differentiate again.",
        slip("cross-dropped"),
    ),
    Misconception(
        "CROSS_HALF",
        "halves the product of two variables",
        "The mixed term is shared between the two variables, so each gets half of it.",
        r"The partial derivatives of $b\,xy$ are $b\,y$ and $b\,x$, each with the whole coefficient. Nothing is "
        "shared out; each variable is moved on its own.",
        "Hold one variable fixed at a number and differentiate the mixed term with respect to the other; "
        "compare the coefficient.",
    ),
    Misconception(
        "PRODUCT",
        "differentiates a product factor by factor",
        "The derivative of a product is the product of the derivatives.",
        r"The product rule is $(uv)' = u'v + uv'$: in each term one factor stays as it is. Even for $x\cdot x$ "
        "the product of the derivatives, 1, is wrong.",
        r"Try your rule on $x \cdot x$ and compare with what you know about $x^2$.",
        slip("product-of-derivatives"),
    ),
    Misconception(
        "OUTER_AT_X",
        "evaluates the outer derivative at the variable itself",
        "I differentiate the outer function as if the bare variable stood inside, then multiply by the inner "
        "derivative.",
        r"In $f'(x) = h'(u(x))\,u'(x)$ the outer derivative is taken at $u(x)$, the value that really goes into $h$.",
        "Both factors are there. Check what you put into the outer derivative.",
        slip("outer-at-x"),
    ),
    Misconception(
        "TOTAL",
        "lets the other variables change too",
        "In a partial derivative I differentiate everything that I see.",
        "A partial derivative changes one variable and holds all others fixed. Their own derivatives do not come in.",
        "Decide which letter is the variable here and treat every other letter as a number.",
    ),
    Misconception(
        "ASYM",
        "forgets that the matrix is not symmetric",
        r"The gradient of $\frac{1}{2}x^T A x$ is $A x$.",
        r"The gradient is $\frac{1}{2}(A + A^T)x$. This equals $A x$ for every $x$ only when $A$ is symmetric.",
        "Write the quadratic form out in coordinates and collect the mixed terms; compare with the entries of the "
        "matrix.",
    ),
    Misconception(
        "DOUBLE",
        "loses the half in front of a quadratic form",
        "The factor in front does not matter for the derivative.",
        r"A factor in front of a function stays in front of its derivative: $\frac{1}{2}x^T A x$ has the gradient "
        r"$\frac{1}{2}(A + A^T)x$.",
        "Your matrix is right. Compare the factor in front of the loss with the factor in front of your gradient.",
    ),
    Misconception(
        "TRANS",
        "uses the transposed matrix alone",
        "Differentiating $x^T A x$ brings out $A^T$.",
        "Both copies of $x$ change, one leaves $A x$ and the other $A^T x$. The gradient is made of both.",
        "The variable occurs twice in the quadratic form. See what each of the two occurrences gives.",
    ),
    Misconception(
        "SIGNB",
        "changes the sign of the linear term",
        "A term that is subtracted in the loss is added in the gradient.",
        "Differentiation keeps signs: the term $-b^T x$ of the loss gives $-b$ in the gradient.",
        "Compare the sign of the linear term in the loss with its sign in your gradient.",
    ),
    Misconception(
        "ONE_SIDED",
        "uses a one-sided difference",
        "The slope is the next value minus this value, divided by the distance.",
        "$(f(x+h) - f(x))/h$ is the slope of a chord to one side. The central difference $(f(x+h) - f(x-h))/(2h)$ is "
        "exact for quadratics and in general much closer.",
        "You used two of the readings. See whether the third can balance the error of going to one side only.",
    ),
    Misconception(
        "NO_NORM",
        "does not normalise the direction",
        "The directional derivative is the gradient times the direction as it is given.",
        r"The slope per unit of distance along $d$ is $\nabla f\cdot d/\lVert d\rVert$. Without the division a longer "
        "arrow would make the same hill steeper.",
        "Think about what happens to your result when the same direction is drawn with an arrow twice as long.",
    ),
)

_SEVERAL_STEPS = (
    Misconception(
        "LIN",
        "takes shrinking by a factor for shrinking by an amount",
        "If one step removes a tenth of the error, ten steps remove all of it.",
        r"On a quadratic with curvature $a$ each step *multiplies* the error by $1 - \eta a$, so after $k$ steps it "
        r"is $(1 - \eta a)^k e_0$. The amount removed changes with the error that is left.",
        "Compare the first two steps: do they remove the same amount, or the same share? Build on what you find.",
        mistakes.first_gradient,
    ),
    Misconception(
        "ABS",
        "loses the sign of the factor",
        "The error shrinks by a factor, and a factor is positive.",
        r"The factor $1 - \eta a$ is negative when $\eta a > 1$. The point then changes sides in every step, and "
        "after an odd number of steps it is on the other side.",
        "The size of the error is fine. Work out on which side of the minimiser the first step lands.",
    ),
    Misconception(
        "OFF1",
        "makes one update too few",
        "The start is the first point, so it counts as the first update.",
        "$x_0$ is the start and $x_k$ is the point after $k$ updates. The start itself has had none.",
        "Number your points beginning with the start as 0, then count the updates again.",
        mistakes.one_step_less,
    ),
    Misconception(
        "ONE_MORE",
        "goes one step too far",
        "After the last step there is one more to be sure.",
        "The count ends with the first step that fulfils what is asked. The one after it is not asked for.",
        "Check the result just before your last step: it may meet the condition, or have the right number, already.",
        mistakes.one_step_more,
    ),
    Misconception(
        "ONE_LESS",
        "stops one step too early",
        "When the condition is nearly met the next step is not needed.",
        "A condition is met or it is not. The step before the right one still fails it.",
        "Put your answer into the condition and see whether it really holds there.",
    ),
    Misconception(
        "ONE_STEP",
        "undoes a single step only",
        "Going back to the start means undoing the update once.",
        "$k$ updates multiply the error by $r^k$, so going back by $k$ updates divides it by $r^k$. Two updates need "
        "the square.",
        "Count how many updates lie between the given point and the one that is asked for.",
    ),
    Misconception(
        "NO_C",
        "shrinks the position and not the distance to the minimiser",
        "Each step multiplies the position by the same factor.",
        r"What is multiplied by $1 - \eta a$ is the distance from the minimiser, $x_k - c$. Only for $c = 0$ is this "
        "the position itself.",
        "Start a run exactly at the minimiser and see whether your formula stays there, as it should.",
    ),
    Misconception(
        "FLOOR",
        "rounds a number of steps down",
        "The calculation gives a broken number, so I cut off the decimals.",
        "After the number of steps rounded down, the condition does not hold yet. The least whole number that fulfils "
        "it is the next one up.",
        "Test your whole number of steps in the condition, and the next number as well.",
    ),
    Misconception(
        "WRONG_ROOT",
        "takes no root, or not the one that is needed",
        "From a bound on a power of the distance I can read off the distance, or take its square root.",
        r"From $d^m \le c$ follows $d \le c^{1/m}$: the root has to undo the power.",
        "Look at the power to which the distance is raised, and undo that one.",
    ),
    Misconception(
        "BIG_L",
        "uses the largest curvature where the smallest decides",
        "The steepest direction is the one that gives the bound.",
        "A small gradient leaves most room for error along the flattest direction, where the slope grows slowest.",
        "Ask in which direction a small slope can hide a long distance.",
    ),
    Misconception(
        "LOSS_EPS",
        "confuses a bound on the loss with a bound on the distance",
        "If the distance has to fall to a share, the loss has to fall to the same share.",
        r"On a quadratic a step multiplies the distance by $\lvert r\rvert$ and the loss above its minimum by $r^2$. "
        "The same share is reached after different numbers of steps.",
        "Read once more which quantity has to shrink, and write down what one step does to exactly that quantity.",
    ),
    Misconception(
        "LOG10",
        "mixes two kinds of logarithm",
        "A logarithm is a logarithm, so I use whichever key is at hand.",
        r"In a quotient such as $\ln\varepsilon/\ln r$ the base cancels, but only when both logarithms have the same "
        "base.",
        "Your formula has the right form. Check that both logarithms are taken to the same base.",
    ),
)

_RATES = (
    Misconception(
        "SAME_RATE",
        "keeps the rate although the loss has another factor",
        "The learning rate has nothing to do with a factor in front of the loss.",
        "A factor $c$ in front of the loss multiplies every gradient by $c$, so the same path needs the rate "
        r"$\eta/c$.",
        "Write down one update for both losses and compare what the rate is multiplied with.",
    ),
    Misconception(
        "ONE_L",
        "takes 1/L for the limit of stability",
        "The run is stable up to the rate $1/L$.",
        r"Along curvature $L$ a step multiplies the error by $1 - \eta L$, which is smaller than 1 in size for all $0 "
        r"< \eta < 2/L$. At $1/L$ this error is removed in one step; beyond, the run alternates and still converges.",
        "At your rate the steepest direction behaves very well. Find out from which rate on its error grows.",
    ),
    Misconception(
        "TWO_MU",
        "uses the smallest curvature for the bound",
        "The flattest direction is the slowest, so it decides how large the rate may be.",
        r"Every direction has to be stable, $\eta\lambda < 2$ for each curvature $\lambda$. The largest curvature is "
        "the first to break this.",
        "Try your rate on the direction of largest curvature and see what happens to the error there.",
    ),
    Misconception(
        "TWO_L",
        "takes two over the curvature whatever is asked",
        "Every question about the largest or best rate is answered by $2/L$.",
        "$2/L$ is where a quadratic of largest curvature $L$ stops converging. It is neither the best step along a "
        "line nor the limit for a loss whose curvature changes.",
        "Go back to what the update does to your point and derive the condition for this loss and this question.",
    ),
    Misconception(
        "TRACE",
        "uses the sum of the curvatures",
        "All curvatures together limit the rate, so I add them up.",
        r"Along each eigenvector the error is multiplied by its own factor $1 - \eta\lambda$, and the curvatures are "
        "never added. What limits a stable run is the largest alone.",
        "Treat the eigen-directions one at a time and see which of them becomes unstable first.",
    ),
    Misconception(
        "DIAG",
        "reads the curvature off the diagonal",
        "The largest entry on the diagonal is the largest curvature.",
        "The diagonal holds the curvatures along the axes. The largest eigenvalue of a symmetric matrix is at least "
        "as large, and larger unless an axis is itself the direction of largest curvature.",
        "The axes are not the only directions. Work out the eigenvalues of the Hessian before you use them.",
    ),
    Misconception(
        "DET",
        "uses the determinant in place of a curvature",
        "The determinant sums up the matrix, so it stands for its curvature.",
        "The determinant is the product of the eigenvalues. A product can be small while one of its factors is large, "
        "so it says nothing about stability by itself.",
        "Ask which single number belongs to one direction, and find it from the matrix.",
    ),
    Misconception(
        "L_FROM_COEF",
        "takes the coefficient for the curvature",
        r"The curvature of $\alpha x^2$ is $\alpha$.",
        r"Curvature is the second derivative, and $(\alpha x^2)'' = 2\alpha$.",
        "Differentiate the loss twice and compare with the number you used for its curvature.",
    ),
    Misconception(
        "SMALL1",
        "thinks that every rate below 1 converges",
        "A learning rate smaller than 1 is safe.",
        r"What counts is the product $\eta L$ and not $\eta$ alone. With a large curvature even a small rate makes "
        r"$\lvert 1 - \eta L\rvert > 1$.",
        "Bring the curvature of this loss into your argument. The rate alone can not tell.",
    ),
    Misconception(
        "BIG1",
        "thinks that every rate above 1 diverges",
        "A learning rate larger than 1 makes the run explode.",
        r"On a loss with small curvature $L$ a rate above 1 can still satisfy $\eta L < 2$, and then the run "
        "converges.",
        "Compute by which factor one step changes the distance from the minimiser here, then decide.",
    ),
    Misconception(
        "OSC_DIV",
        "takes alternation for divergence",
        "The points jump from side to side, so the run diverges.",
        r"For $1 < \eta L < 2$ the factor $1 - \eta L$ is negative but smaller than 1 in size: the points change "
        "sides and come closer with every jump.",
        "You saw the change of sides. Now compare the sizes of two jumps in a row.",
    ),
    Misconception(
        "ONLY_SMALL",
        "overlooks the second rate",
        "A given speed belongs to exactly one rate.",
        r"$\lvert 1 - \eta a\rvert = \rho$ has two solutions, one with a positive factor and one with a negative "
        "factor.",
        "Your rate works. Think about runs that change sides, and whether one of them is just as fast.",
    ),
    Misconception(
        "RATIO",
        "takes the remaining share for the share removed",
        r"If the error is to shrink by the factor $\rho$, then $\eta a = \rho$.",
        r"The error that *remains* after a step is $\lvert 1 - \eta a\rvert$ times the old one. The product $\eta a$ "
        "is the share that is taken away.",
        "Take one step with your rate and compare what is left of the error with what the question wants to be left.",
    ),
    Misconception(
        "MONO",
        "thinks that every step lowers the loss",
        "Gradient descent goes downhill, so the loss falls in every step.",
        "Only a short enough step is sure to lower the loss. A long one crosses the valley and can land higher on the "
        "other side; with curvature at most $L$, a rate up to $2/L$ rules this out.",
        "Compute the loss before and after the step instead of trusting the direction alone.",
    ),
    Misconception(
        "SHORTER",
        "thinks that every step is shorter and ends closer",
        "On the way to the minimum the slope falls, so each step is shorter than the one before and ends nearer to it.",
        "A step is as long as rate times slope. Where the loss is steeper farther on, the next step is longer, and "
        "across the minimiser a step can end farther from it.",
        "Work out the slopes at two points of the run and the distances to the minimiser, and compare.",
    ),
    Misconception(
        "ONE_FOR_ALL",
        "gives every direction the fate of the steepest",
        "A rate is either too large or not, so all variables behave alike.",
        "Along each eigenvector of the Hessian an update multiplies the error by its own factor, one minus rate times "
        "eigenvalue. One direction can run away while another closes in steadily.",
        "You judged all variables by one of them. Work out the factor of each variable separately.",
    ),
    Misconception(
        "FALLS_OK",
        "thinks that a falling loss promises convergence",
        "The loss went down in the first steps, so the rate is fine.",
        "A steep direction may start with a tiny error that grows in every step. The loss falls while the other "
        "errors shrink, and rises once the growing one has caught up.",
        "Follow each direction by itself and see whether its error grows or shrinks, however small it is at first.",
    ),
    Misconception(
        "NO_START",
        "thinks that the largest rate does not depend on the start",
        "A loss has one largest stable rate, wherever the run begins.",
        r"That holds for quadratics, whose curvature is the same everywhere. On $\alpha x^4$ a step multiplies $x$ by "
        r"$1 - 4\alpha\eta x^2$, so a start farther out needs a smaller rate.",
        "Write the first step as a factor times the start and look for the start inside that factor.",
    ),
    Misconception(
        "LOCAL_IS_GLOBAL_BOUND",
        "takes the bound at the minimiser for a bound everywhere",
        "A rate below $2/f''(x^*)$ makes every run converge to $x^*$.",
        "The curvature at $x^*$ decides only what happens close to $x^*$. Farther away the curvature can be larger, "
        "and the run may cycle or diverge.",
        "You looked at the minimiser. Look also at the curvature where the run starts, and take the first step by "
        "hand.",
    ),
    Misconception(
        "CROSS_IS_OVERSHOOT",
        "takes passing the minimiser for a rising loss",
        "Once the point has passed the minimiser, the loss has gone up.",
        "A step can end on the other side and still be lower than before. Whether the loss rose is decided by the two "
        "values of the loss, not by the side.",
        "Answer two questions separately, each by computing: on which side the new point lies, and which of the two "
        "losses is higher.",
    ),
)

_GEOMETRY = (
    Misconception(
        "PTS_TO_MIN",
        "thinks that the negative gradient points at the minimiser",
        r"The arrow $-\nabla f$ shows where the minimum is.",
        r"$-\nabla f$ is perpendicular to the level line through the point: the direction of fastest fall right "
        "there. For stretched level lines it points past the minimiser, except along their axes.",
        "Draw the level line through the point and the direction perpendicular to it. Compare this with the way to "
        "the minimiser.",
    ),
    Misconception(
        "STEP_FOR_CHANGE",
        "takes the length of the step for the change of the loss",
        "If I go so far, the loss falls by as much.",
        r"To first order the loss changes by slope times distance. Along $-\nabla f$ a step of length $s$ lowers it "
        r"by $s\lVert\nabla f\rVert$.",
        "How steep is the loss in the direction of your step? A steep loss changes more over the same distance.",
    ),
    Misconception(
        "SLOPE_FOR_CHANGE",
        "takes the slope for the change of the loss",
        "The loss falls by as much as it is steep.",
        r"The slope is the change for each unit of distance. A step of the length $s$ changes the loss by $s$ times as "
        "much, to first order.",
        "A slope is a change for each unit of distance. How far does the step go?",
    ),
    Misconception(
        "SUM_OF_SLOPES",
        "adds the components of the gradient",
        "The loss is as steep as both its slopes together.",
        "A step of length one can not move by one in each variable. Along the gradient the slope is the length of the "
        "gradient, by the theorem of Pythagoras.",
        "Your step would have to be longer than allowed. Divide its length among the variables first.",
    ),
    Misconception(
        "TANGENT",
        "lays the gradient along the level line",
        "The gradient follows the level line.",
        "Along a level line the loss does not change, so the slope in that direction is 0. The gradient is "
        "perpendicular to it, in the direction of fastest rise.",
        "Ask how the loss changes when you walk along your arrow, and how it should change along the gradient.",
    ),
    Misconception(
        "HEIGHT",
        "reads height where slope is meant",
        "Where the loss is high the gradient is large.",
        "The gradient measures steepness. A curve can be high and flat, or low and steep.",
        "Cover the values of the loss and look only at how steep the curve is at each place.",
    ),
    Misconception(
        "ORIGIN",
        "moves towards zero",
        "Descent makes the parameter smaller in size.",
        "A step makes the *loss* smaller, and not the parameter. Which way that is depends on the slope and has "
        "nothing to do with where zero lies.",
        "Forget where zero is on the axis and look at the slope at your point.",
    ),
    Misconception(
        "VALUE",
        "decides the direction by the sign of the loss",
        "A positive value means going left, a negative value going right.",
        "The sign of the loss tells whether the graph is above or below the axis. The direction of the step comes "
        "from the sign of its derivative.",
        "You used the value at the point. Find the quantity that tells whether the curve rises or falls there.",
    ),
    Misconception(
        "STAYS",
        "thinks that the point does not move",
        "At this point nothing happens.",
        "A step of gradient descent has length zero only where the gradient is zero.",
        "Work out the slope at the point and see whether it really is zero.",
    ),
    Misconception(
        "TOWARD_GLOBAL",
        "sends every point towards the global minimum",
        "Each step goes in the direction of the lowest point of all.",
        "A step knows only the slope where it starts. On the far side of a hill, downhill leads away from the lowest "
        "point of all.",
        "Imagine standing at the point in fog. Decide only by the slope under your feet.",
    ),
    Misconception(
        "DISTANCE",
        "judges the step by the distance to the minimum",
        "The farther away the minimum, the longer the step.",
        r"The length of a step is $\eta\lVert\nabla f\rVert$. It depends on the steepness at the point, and a far "
        "point can lie on flat ground.",
        "Compare how steep the curve is at the points, not how far they still have to go.",
    ),
    Misconception(
        "CURVATURE",
        "judges the step by the bend of the curve",
        "Where the curve bends most the step is longest.",
        "The bend is the second derivative; the step uses the first. At the bottom of a sharp bend the slope is zero.",
        "Lay a tangent at each of the points and compare how steep the tangents are.",
    ),
    Misconception(
        "ONLY_GRADIENT",
        "accepts no descent direction but the steepest",
        r"Only $-\nabla f$ leads downhill.",
        r"Every direction $d$ with $\nabla f\cdot d < 0$ leads downhill at first, which is half of all directions. "
        r"$-\nabla f$ is the steepest among them.",
        "Work out the slope along each of the offered directions and look at its sign.",
    ),
)

_LANDSCAPE = (
    Misconception(
        "FORGETS_START",
        "thinks that the limit does not depend on the start",
        "There is one place where every run ends, wherever it starts.",
        "Where the minimisers form a line, or where there are several minima, different starts end in "
        "different places.",
        "Run two steps from two different starts and see which part of the start is still there.",
    ),
    Misconception(
        "STOPPED_IS_DONE",
        "takes a stop for having arrived",
        "The stopping rule was met, so the run is at the minimum.",
        "A stopping rule tests one number. Small steps, for one, also come from a small rate or from a "
        "plateau, far from any minimum.",
        "Ask what exactly the rule has measured, and what else could have made that number small.",
    ),
    Misconception(
        "HIGHEST_POWER",
        "judges a function near a point by its highest power",
        "The term with the largest exponent decides what the function does.",
        "Far away the highest power wins, but close to a point the lowest power of the distance does: near 0 the sum "
        "$x^2 - x^4$ behaves like $x^2$.",
        "Put a very small number into each term and compare their sizes.",
    ),
    Misconception(
        "ZERO_MIN",
        "takes a zero gradient for a minimum",
        "The gradient is zero, so this is a minimum.",
        "The gradient is also zero at a maximum, at a saddle and at points such as 0 for $x^3$. Near-zero slopes "
        "occur on plateaus as well.",
        "A zero gradient says that it is level here. Look at what the function does in the neighbourhood, in every "
        "direction.",
    ),
    Misconception(
        "ZERO_GLOBAL",
        "takes a zero gradient for the global minimum",
        "The gradient is zero, so there is no lower point anywhere.",
        "The gradient describes the point itself. Only with further knowledge, for example that $f$ is convex, does a "
        "zero gradient say something about the whole function.",
        "Look for what you know about the function far away from this point before you compare with all other points.",
    ),
    Misconception(
        "GLOBAL",
        "thinks that descent always finds the global minimum",
        "Gradient descent ends at the lowest point of the loss.",
        "Descent goes downhill from its start and settles in a valley it reaches. Another valley, behind a hill, may "
        "be deeper.",
        "Put a marble on the curve at the start and follow where small downhill steps take it.",
    ),
    Misconception(
        "NEAREST",
        "sends the run to the nearest stationary point",
        "The run ends at the stationary point that is closest to the start.",
        "The run follows the slope. The closest stationary point may be a maximum, or may lie uphill.",
        "Look at which way the curve falls at the start; closeness plays no part in that.",
    ),
    Misconception(
        "TO_MAX",
        "lets descent end at a maximum",
        "The run stops at the stationary point between the two minima.",
        "Just beside an ordinary maximum, downhill leads away from it. Descent stays there only if it starts or lands "
        "there exactly.",
        "Move a tiny bit away from the point you named and see which way the next step goes.",
    ),
    Misconception(
        "OTHER_MIN",
        "names a minimum in the wrong valley",
        "The run may as well end in the other valley.",
        "With small steps a run in one variable can not cross a maximum, so it ends in the valley in which it starts. "
        "With long steps the valley has to be found by computing the points.",
        "Mark the start and the maxima on the axis, then follow the run step by step from one side.",
    ),
    Misconception(
        "START_ONLY",
        "thinks that the start alone decides where the run ends",
        "The same start always leads to the same minimum.",
        "A larger rate can carry the point over a hill into another valley. Start and rate decide together.",
        "Take the first step with each of the two rates and see in which valley you land.",
    ),
    Misconception(
        "NO_JUMP",
        "thinks that a falling loss keeps the run in its valley",
        "The loss fell, so the point can not have crossed the hill.",
        "A step looks at the slope at its start only and does not feel the ground in between. It can end in another "
        "valley, lower than it began.",
        "Compare the new point with the place of the maximum, not only the two values of the loss.",
    ),
    Misconception(
        "MIDPOINT",
        "puts the border half-way between the minima",
        "Each point belongs to the minimum that is closer.",
        "For small steps the border between two valleys is the maximum between them, and that need not lie in the "
        "middle.",
        "Ask at which point the slope changes its sign from one valley to the other.",
    ),
    Misconception(
        "SEED",
        "puts the result down to chance",
        "Where the run ends depends on the random numbers.",
        "With a given start, rate and loss, gradient descent uses no random numbers. The same run always ends in the "
        "same place.",
        "Look through the update rule for anything random. If nothing is, you can work out the end.",
    ),
    Misconception(
        "DIAG_SIGNS",
        "tests the diagonal of the Hessian only",
        "$f_{xx} > 0$ and $f_{yy} > 0$, so it is a minimum.",
        "The two signs describe the curvature along the axes. Between the axes the function can still bend downwards, "
        "namely when $f_{xx}f_{yy} < f_{xy}^2$.",
        "You checked two directions. See what the mixed derivative does to the directions in between.",
    ),
    Misconception(
        "DET_ONLY",
        "tests the determinant of the Hessian only",
        "The determinant is positive, so it is a minimum.",
        "A positive determinant of a 2 by 2 Hessian says that both curvatures have the same sign. Both may be "
        "negative.",
        "You know that the two curvatures agree in sign. Find out which sign it is.",
    ),
    Misconception(
        "ONE_ROOT",
        "finds one root where there are two",
        "If the square of a number is 4, the number is 2.",
        "Every positive number has two square roots of opposite sign, and each of them gives a stationary point.",
        "Go through your equations again and ask of each: have you found all real solutions?",
    ),
    Misconception(
        "ADDS_COUNTS",
        "adds numbers of solutions that have to be combined",
        "Three solutions of one equation and three of the other one make six points.",
        "A stationary point needs a value for every variable. Where the equations are independent, every solution of "
        "the one goes with every solution of the other one.",
        "Write some of the points down with both coordinates. Which pairs of coordinates are possible?",
    ),
    Misconception(
        "COMPLEX_ROOTS",
        "counts solutions that are not real",
        "An equation of degree n has n solutions, so I multiply the degrees.",
        "The product of the degrees counts complex and repeated solutions, too. Only real ones are points of the "
        "plane.",
        "Solve the equations instead of counting degrees: which of the solutions are real, and which are different?",
    ),
    Misconception(
        "DEGEN_SADDLE",
        "takes an inconclusive test for a saddle",
        "The determinant is zero, so it is a saddle.",
        "A zero determinant leaves the question open: $x^4 + y^4$ and $x^4 - y^4$ have the same Hessian at 0, and one "
        "has a minimum there, the other a saddle.",
        "The test is silent here. Look at the function itself close to the point.",
    ),
    Misconception(
        "INFLECTION",
        "takes a zero second derivative for an inflection",
        "$f'' = 0$, so there is no minimum or maximum here.",
        "At 0 the second derivative of $x^4$ is zero as well, and yet it is a minimum. What decides is the lowest "
        "derivative that is not zero: its order and its sign.",
        "Differentiate further until something is not zero, and look at how often you had to.",
    ),
    Misconception(
        "NONDIFF_ABS",
        "thinks that every absolute value makes a kink",
        "There is an absolute value in it, so it has no derivative at zero.",
        r"$\lvert x\rvert$ has a kink, but $\lvert x\rvert^3$ and $x\lvert x\rvert$ are smooth enough: their slopes "
        "from left and right are both 0 at 0.",
        "Compute the slope from the left and the slope from the right, and compare the two.",
    ),
    Misconception(
        "NONCONVEX_FAIL",
        "thinks that descent fails on every non-convex loss",
        "The loss is not convex, so gradient descent will not find the minimum.",
        r"Without convexity success is not guaranteed, but it is not ruled out either. Every local minimum of $\sin "
        "x$ is a global one, for example.",
        "Separate what is not guaranteed from what is impossible, and look at this particular loss.",
    ),
    Misconception(
        "HAS_MIN",
        "thinks that every loss has a minimum",
        "A loss that can not go below some value has a lowest point.",
        "$e^x$ stays above 0 and comes as close as you like, but no $x$ reaches 0. The parameters can grow without "
        "end while the loss keeps falling.",
        "Ask whether the lowest value is really attained at some point, or only approached.",
    ),
    Misconception(
        "SMALL_GRADIENT",
        "takes a small gradient for being near the minimiser",
        "The gradient is almost zero, so the minimiser is close.",
        "On flat ground the gradient is small at some distance from any minimiser: for $x^4$ it is only $0.004$ at $x "
        "= 0.1$. A small gradient means closeness only where the curvature is known not to be small.",
        "Think of a very flat valley or a plateau, and of what the gradient is like on it.",
    ),
    Misconception(
        "KINV",
        "turns the condition number upside down",
        "The condition number is the smallest curvature over the largest.",
        r"The condition number of a positive definite matrix is $\kappa = L/\mu$, the largest over the smallest. It "
        "is never below 1.",
        "Recall which values a condition number can have, and compare with yours.",
    ),
    Misconception(
        "KSQ",
        "takes the square root of the condition number",
        r"The condition number is the root of $L/\mu$.",
        r"The condition number of the Hessian is $L/\mu$ itself. Its root belongs to other things, such as the "
        "lengths of the axes of the level ellipses.",
        "Check from which quantities the condition number is formed: from the curvatures or from their roots.",
    ),
    Misconception(
        "SCALE_S",
        "scales the curvature like the feature",
        "Doubling a feature doubles the curvature that belongs to it.",
        "In a squared loss the feature occurs squared. Scaling it by $s$ scales its diagonal entry of the Hessian by "
        "$s^2$.",
        "Write down the entry of the Hessian and count how often the feature occurs in it.",
    ),
)

_DATA = (
    Misconception(
        "LINE_THROUGH",
        "continues the line through two of the points",
        "Two neighbouring points fix the line, and the line gives the next value.",
        "A fitted curve has to take all points into account; the line through two of them ignores the rest.",
        "Put the remaining points into your formula and see whether it meets them.",
    ),
    Misconception(
        "SUM",
        "takes the sum for the mean, or the mean for the sum",
        "I add up the contributions of all examples and that is it.",
        "The loss of the question is a mean. Its value and its gradient are the sums divided by the number $n$ of "
        "examples; without the division they are $n$ times too large.",
        "Compare your formula with the loss as printed, in particular with what stands in front of the sum.",
        mistakes.summed,
    ),
    Misconception(
        "HALF",
        "brings in an extra factor of one half",
        "There is always a half in front of a squared error.",
        r"Some texts write the loss with a factor $\frac{1}{2}$ to cancel the 2 of the derivative. It may be used "
        "only where the printed loss contains it.",
        "Look at the loss as it is printed here and check each constant factor of yours against it.",
        mistakes.halved,
    ),
    Misconception(
        "RAW_FEATURE",
        "uses the raw feature in place of the scaled one",
        "The model takes the measured values as they are.",
        "A model that was given a scaled feature has weights that belong to it. Derivatives and predictions need the "
        "scaled feature as well.",
        "Look up which feature the model has, and put in that one.",
    ),
    Misconception(
        "MEAN_INTERCEPT",
        "takes the mean of the targets for the intercept",
        "The line meets the vertical axis at the mean of the targets.",
        "A least-squares line passes through the point of the means. It has the mean of the targets at the mean of the "
        "inputs, and at 0 only if that mean is 0.",
        "Put the mean of the inputs into your line and see whether the mean of the targets comes out.",
    ),
    Misconception(
        "NO_BIAS",
        "leaves out the bias",
        "Only the weights are learned; the bias stays.",
        "The loss depends on the bias as well, so the bias has a partial derivative of its own and takes a step like "
        "every parameter.",
        "Count the parameters of the model and see whether each of them has moved.",
        mistakes.without_bias,
    ),
    Misconception(
        "BIAS_AS_WEIGHT",
        "updates the bias with the gradient of the weight",
        "The bias takes the same step as the weight.",
        r"For $\hat y = wx + b$ the weight has the factor $x$ in its derivative and the bias has the factor 1.",
        "Differentiate the prediction with respect to the bias, and compare with its derivative with respect "
        "to the weight.",
        mistakes.bias_as_weight,
    ),
    Misconception(
        "SIGNED_SUM",
        "adds up errors with their signs",
        "The total error is the sum of all errors.",
        "Errors above and below cancel in such a sum. A model can be far off on every example and still have the sum "
        "0.",
        "See what your measure says of a model that errs by $+10$ and $-10$, and what the loss of the question says.",
    ),
    Misconception(
        "SIGNED_MEAN",
        "averages errors with their signs",
        "The loss is the mean of the errors.",
        "The mean of signed errors shows whether the model is too high or too low on the whole, and not how far off "
        "it is. The loss squares each error first.",
        "Check what has to be done with each error before the mean is taken.",
    ),
    Misconception(
        "MEAN_ABS",
        "averages the sizes of the errors",
        "The loss is how far off the predictions are on average.",
        "That is the mean absolute error. The mean squared error gives large errors more weight, so the two can rank "
        "models differently.",
        "You made the errors positive. Check in which way the loss of the question does this.",
    ),
    Misconception(
        "ABS_LOSS",
        "compares by absolute errors",
        "The better model is the one with the smaller total distance.",
        "Squared errors punish one large miss more than several small ones. A ranking by absolute errors can "
        "therefore differ from the ranking by the given loss.",
        "Rank the models with exactly the loss that is printed in the question.",
    ),
    Misconception(
        "RMSE",
        "takes the root of the mean squared error",
        "At the end comes a square root, so that the units fit.",
        "The root of the mean squared error is another measure. The loss of the question is the mean of the squares, "
        "without a root.",
        "Your mean is right. Compare the last operation with the formula in the question.",
    ),
    Misconception(
        "MAXLOSS",
        "picks the largest loss",
        "A larger value means a better model.",
        "Loss measures error, so on the same data the model with less loss fits better.",
        "Recall what the loss measures, and whether you want much or little of it.",
    ),
    Misconception(
        "BIG_W",
        "picks the largest weight",
        "A larger weight means a stronger and so a better model.",
        "How well a model fits is measured by its loss on the data. The size of a weight alone says nothing about "
        "that.",
        "Compute the predictions of each model and compare them with the data.",
    ),
    Misconception(
        "NO_FEATURE",
        "leaves the feature out of the gradient",
        "The gradient of the weight is the error.",
        "A weight acts on the prediction through its input, so the derivative with respect to the weight is the error "
        "times that input (and the constant factor of the loss).",
        "Differentiate the prediction with respect to the weight and see what is left over beside the error.",
    ),
    Misconception(
        "MSE_CHAIN",
        "multiplies by the slope of the sigmoid although it cancels",
        "The sigmoid is in the model, so its derivative $p(1-p)$ must be in the gradient.",
        "With cross-entropy the derivative of the loss with respect to $p$ is $(p-y)/(p(1-p))$. Times $p(1-p)$ this "
        "leaves $p - y$ as the derivative with respect to $z$.",
        "Work out the derivative of the cross-entropy with respect to the probability and see what cancels.",
    ),
    Misconception(
        "LABEL",
        "uses the wrong label",
        "The target of this example is the other class.",
        "The error is the predicted probability of class 1 minus the label: $p - y$ with $y = 1$ for an example of "
        "class 1 and $y = 0$ otherwise.",
        "Read the label of the example once more and check whether your step raises the probability of that class.",
    ),
    Misconception(
        "THR",
        "uses the predicted class in place of the probability",
        "The prediction is 0 or 1, so the error is 0 or 1 as well.",
        "The gradient of the cross-entropy contains the probability $p$. Rounding $p$ to a class gives gradient 0 to "
        "every rightly classified example, although its loss can still fall.",
        "Use what the model puts out before it is turned into a class.",
    ),
    Misconception(
        "ODDS",
        "takes the odds for the probability",
        r"From $z = \ln m$ the probability is $m$.",
        "$e^z = m$ are the odds $p/(1-p)$. The probability is $p = m/(m+1)$, which always lies between 0 and 1.",
        "Check whether the number you used can be a probability, and how odds and probability are related.",
    ),
    Misconception(
        "SQ",
        "brings the factor 2 of a squared error into cross-entropy",
        "The derivative of a loss has a factor 2 from the square.",
        "Cross-entropy contains no square. Its derivative with respect to $z$ is $p - y$, without a factor 2.",
        "Look at the loss that is used here and ask where a factor 2 could come from.",
    ),
    Misconception(
        "DECAY_L",
        "shrinks by the penalty without the learning rate",
        r"Weight decay multiplies the weight by $1 - \lambda$.",
        r"The penalty $\frac{\lambda}{2}w^2$ adds $\lambda w$ to the gradient, and the whole gradient is multiplied "
        r"by $\eta$. The weight shrinks by the factor $1 - \eta\lambda$.",
        "Write the gradient with its penalty first, and only then take the step.",
    ),
    Misconception(
        "TWO",
        "doubles the gradient of the penalty",
        r"The derivative of the penalty is $2\lambda w$.",
        r"The penalty here is $\frac{\lambda}{2}w^2$, and its derivative is $\lambda w$. The 2 belongs to a penalty "
        r"$\lambda w^2$.",
        "Check the factor in front of the penalty as printed and differentiate it once more.",
    ),
    Misconception(
        "AFTER",
        "shrinks the weight after the step",
        "First I take the step, then I shrink the result.",
        r"The rule is $w - \eta(g + \lambda w) = (1 - \eta\lambda)w - \eta g$: only the old weight is shrunk. "
        "Shrinking afterwards also shrinks the step that was just taken.",
        "Both ingredients are there. Multiply your expression out and compare it with the rule.",
    ),
    Misconception(
        "NO_REG",
        "forgets the penalty",
        "The step uses the gradient of the error on the data.",
        "The loss that is minimised contains the penalty, so the gradient does as well.",
        "Look at the whole loss, to its last term, before you differentiate.",
    ),
    Misconception(
        "GROW",
        "lets the penalty enlarge the weight",
        r"The penalty is added, so $\eta\lambda w$ is added to the weight.",
        "The penalty is added to the *loss*, and descent subtracts its gradient. It pulls each weight towards zero.",
        "Think about what a penalty on large weights is for, and in which direction it should pull.",
    ),
)

_NETWORKS = (
    Misconception(
        "GROWING_IS_DIVERGING",
        "takes growing weights for a growing loss",
        "If the weights grow without end, the loss must grow too.",
        "On separable data the cross-entropy falls towards zero while the weights grow: the loss decides "
        "about divergence, not the size of the weights.",
        "Follow the loss, and not the weights, over a few updates.",
    ),
    Misconception(
        "NO_MASK",
        "lets an inactive ReLU pass the gradient on",
        "The derivative of ReLU is 1.",
        r"The derivative of $\max(0, z)$ is 1 for $z > 0$ and 0 for $z < 0$. An inactive unit passes no gradient on.",
        "Check the sign of each value that goes into a ReLU before you go backwards through it.",
        slip("no-mask"),
    ),
    Misconception(
        "NO_V",
        "drops the outgoing weight",
        "The error arrives unchanged at the hidden unit.",
        "The hidden unit acts on the output through its outgoing weight $v_j$, so the error arrives multiplied by "
        "$v_j$.",
        "Follow the way from the hidden unit to the loss and write down every factor you pass.",
    ),
    Misconception(
        "NEW_W",
        "goes backwards through a weight that is already updated",
        "I update the output layer and then use its new weights for the layer before.",
        "All derivatives belong to the same point, the weights used in the forward pass. They are all computed before "
        "any weight is changed.",
        "Check with which weights the outputs were computed, and use those on the way back.",
    ),
    Misconception(
        "QUARTER",
        "takes one half for the slope of the sigmoid at zero",
        r"$\sigma(0) = \frac{1}{2}$, so that is what each layer contributes.",
        r"One half is the *value* at 0. The slope is $\sigma'(0) = \sigma(0)(1 - \sigma(0)) = \frac{1}{4}$.",
        "Going backwards needs slopes. Work out the derivative of the sigmoid and evaluate it at 0.",
    ),
    Misconception(
        "ACT",
        "uses the activation in place of the input",
        "The weight's derivative contains what the unit puts out.",
        "The derivative with respect to a weight contains what comes *into* that weight. What the unit puts out "
        "belongs to the weights of the next layer.",
        "Find the two ends of the weight in question and see which value enters it.",
    ),
    Misconception(
        "DEAD_ONCE",
        "calls a unit dead that is off for one example",
        "The unit is off for this example, so it can not learn.",
        "A ReLU unit is dead on a data set when *no* example switches it on. One example that does is enough for it "
        "to get a gradient.",
        "Go through all examples before you give up on a unit.",
    ),
    Misconception(
        "BREAKS_SYMMETRY",
        "thinks that equal hidden units drift apart",
        "Training makes every unit learn something of its own.",
        "Two hidden units with the same incoming and outgoing weights and biases get the same gradient, so every step "
        "of plain descent keeps them equal. A random start is used to avoid this.",
        "Write down the gradients of the two units and look for any difference between them.",
    ),
)

_STOCHASTIC = (
    Misconception(
        "BIASED",
        "thinks that mini-batch gradients are wrong on average",
        "A gradient from part of the data points in a systematically wrong direction.",
        "If the mini-batch is drawn uniformly, the mean of its gradient over all draws is the full gradient. Single "
        "gradients scatter around it.",
        "List the gradients of all possible mini-batches, average them and compare with the full gradient.",
    ),
    Misconception(
        "EQUAL_WEIGHTS",
        "averages outcomes without their probabilities",
        "The mean of two possible gradients is half of their sum.",
        r"An expected value weighs each outcome by its probability: $\mathrm{E}[G] = \sum_i p_i G_i$. Only equally "
        "likely outcomes have equal weights.",
        "Look up how likely each outcome is, and let the likelier one count for more.",
    ),
    Misconception(
        "NO_AVERAGING",
        "lets a mini-batch scatter like a single example",
        "The gradient of a mini-batch is as noisy as that of one example.",
        "In the mean of several draws the deviations cancel in part. The variance of the mean of b independent draws "
        "is that of one draw divided by b.",
        "That is how much a single example scatters. What does averaging over the batch do to it?",
    ),
    Misconception(
        "SQUARE_OF_B",
        "divides the variance by the square of the batch size",
        "The mean divides by b, and the variance is a square, so it is divided by b squared.",
        "Dividing a sum by b divides its variance by b squared, but the sum of b independent draws has b times the "
        "variance of one. What is left is one division by b.",
        "You divided once too often: how large is the variance of the sum, before it is divided?",
    ),
    Misconception(
        "OTHER_SCHEME",
        "confuses draws with and without replacement",
        "It makes no difference whether an example can be drawn twice.",
        "Without replacement the draws are not independent: the batch covers the data more evenly, and the variance is "
        "smaller by the factor $(n-b)/(n-1)$.",
        "Read again how the batch is drawn. Can the same example be in it twice?",
    ),
    Misconception(
        "NOISE_AVERAGES_OUT",
        "thinks that the noise of stochastic steps always dies out",
        "On average the steps are right, so in the long run the weight arrives at the minimiser.",
        "With a constant rate every single step stays as long as the single gradients are. They cancel on average "
        "only, so the iterates keep moving in a neighbourhood of the minimiser.",
        "Imagine the weight at the minimiser of the whole loss. How long is the next step from there?",
    ),
    Misconception(
        "NOISE_ALWAYS_STAYS",
        "thinks that stochastic steps can never converge",
        "Random steps jump about for ever.",
        "If the rates fall in the right way, or if all examples have the same minimiser, the steps die out and the run "
        "converges.",
        "Look at the rates and at the single gradients near the minimiser: do the steps stay long?",
    ),
    Misconception(
        "EPOCH_N",
        "miscounts the updates in an epoch",
        "An epoch has as many updates as there are examples, or as many as there are full batches.",
        "There is one update for each mini-batch. If a last, smaller batch is used it counts as well, so the quotient "
        "is rounded up.",
        "Cut the data into batches on paper, the last one too, and count the cuts.",
    ),
    Misconception(
        "SAME",
        "uses the full gradient in every stochastic step",
        "A stochastic step is a step with the whole data set.",
        "Each stochastic step uses the gradient of its own example or mini-batch only. The others have no say in it.",
        "For each step, underline the example that is used, and leave the others out of the gradient.",
        mistakes.full_batch,
    ),
    Misconception(
        "ONE_IS_ALL",
        "takes one example for the whole data set",
        "Every example shows the same as all of them, at least while the steps are small.",
        "The examples pull in different directions. Their gradients agree with that of the whole loss only on average, "
        "however short the steps are.",
        "Work out the step of one example and the step of another one, and compare where they lead.",
    ),
    Misconception(
        "AT_START",
        "takes all gradients of an epoch at its start",
        "I compute the gradients of all examples first and then make the steps.",
        "Stochastic descent moves after every example, and the next gradient is taken at the point reached by then.",
        "Each example is right. Check at which point you evaluate the second of them.",
        mistakes.gradients_at_start,
    ),
    Misconception(
        "FIRST_EXAMPLE",
        "uses the first example in every step",
        "The example is chosen once and then kept.",
        "The stated order gives each step an example of its own. With one example alone the run would fit that one "
        "and ignore the rest.",
        "Compare the order given in the question with the examples you used.",
        mistakes.first_example,
    ),
    Misconception(
        "REV",
        "goes through the examples in reverse order",
        "The order of the examples does not matter.",
        "Each step starts where the one before ended, so another order gives other points, and in general another end.",
        "Your single steps look right. Check the order in which you made them.",
    ),
)

_METHODS = (
    Misconception(
        "SAME_WORK",
        "thinks that ten times the accuracy costs ten times the work",
        "More accuracy costs in proportion, whatever the method.",
        "An error of the order $1/k$ needs ten times the steps for one more digit, one of the order $1/k^2$ "
        "about three times, and a linear rate a fixed number of extra steps.",
        "Write the error after $k$ steps as a formula and solve it for $k$, once for each accuracy.",
    ),
    Misconception(
        "PROJ_GRAD",
        "projects the gradient and not the point",
        "The gradient is cut off at the constraint, and then the step is taken.",
        "Projected gradient descent takes the whole step first and projects the point that it reaches.",
        "Take the full step, look where you are, and only then go back to the nearest allowed point.",
    ),
    Misconception(
        "PLAIN",
        "leaves out the momentum",
        "Each step is made of the present gradient only.",
        r"With momentum the last movement is carried on: $v_{k+1} = \beta v_k + \nabla f(x_k)$. It shows from the "
        "second step on.",
        "The first step is fine. See what the method remembers from it when it takes the second.",
        mistakes.without_momentum,
    ),
    Misconception(
        "EMA",
        "weights the gradient in the velocity",
        r"The velocity is the average $\beta v_k + (1-\beta)\nabla f(x_k)$.",
        r"The form of the question adds the whole gradient: $\beta v_k + \nabla f(x_k)$. For the same gradients the "
        r"average is smaller by the factor $1 - \beta$.",
        "There are two common forms of momentum. Compare the factor of your gradient with the rule as printed.",
        mistakes.averaged_velocity,
    ),
    Misconception(
        "POSBETA",
        "adds the old position in place of the old movement",
        r"Momentum adds $\beta$ times the previous point.",
        r"What is carried on is the last *movement*, $\beta(x_k - x_{k-1})$. Adding positions would move even a point "
        "that rests at its minimiser, unless that happens to be 0.",
        "Imagine a run that rests at the minimiser. Check that your rule leaves it there.",
        mistakes.adds_old_position,
    ),
    Misconception(
        "LASTONLY",
        "drops the gradient once there is velocity",
        "After the first step the velocity alone moves the point.",
        r"Each step has two parts, the velocity kept from before and the gradient at hand: $v_{k+1} = \beta v_k + "
        r"\nabla f(x_k)$.",
        "You carried the movement on. See what else the rule adds in every step.",
        mistakes.velocity_alone,
    ),
    Misconception(
        "CUR",
        "takes Nesterov's gradient at the current point",
        "The gradient belongs to the point where I am.",
        r"Nesterov's method first looks ahead to $y_k = x_k + \beta(x_k - x_{k-1})$ and takes the gradient at $y_k$. "
        "This is what sets it apart from the heavy ball.",
        "The look-ahead point is there. Check at which point the rule wants the gradient.",
        mistakes.gradient_before_looking_ahead,
    ),
    Misconception(
        "OTHER",
        "takes the other kind of momentum",
        "Heavy ball and Nesterov are two names of one method.",
        "The heavy ball takes the gradient at $x_k$, Nesterov's method at the point it looks ahead to. From the "
        "second step on their points differ.",
        "Compare with the rule in the question: where exactly is the gradient evaluated? Follow that to the letter.",
        mistakes.other_momentum,
    ),
    Misconception(
        "STOPS",
        "thinks that momentum stops where the gradient is zero",
        "At the minimiser the gradient is zero, so the point stops.",
        r"The velocity is still there: with $\nabla f(x_k) = 0$ the next step is $-\eta\beta v_k$, which carries the "
        "point past the minimiser.",
        "Write down both parts of the next step and see which of them is zero.",
    ),
    Misconception(
        "GD_STEP",
        "takes the plain gradient step",
        "Whatever the method is called, the step is rate times gradient.",
        "Adam, RMSProp, AdaGrad and Newton's method rescale the gradient before they step. The plain step leaves the "
        "scaling out.",
        "You have the gradient. Now see by what the method divides it.",
        mistakes.plain_step,
    ),
    Misconception(
        "NO_CORR",
        "leaves out Adam's bias correction",
        "The averages $m$ and $s$ go into the step as they are.",
        r"Both averages start from 0 and are too small at first. Dividing them by $1 - \beta^k$ in step $k$ makes up "
        "for that.",
        "Look at the formulas between the averages and the step; one operation is missing.",
        mistakes.without_correction,
    ),
    Misconception(
        "NO_SQRT",
        "divides by the mean square itself",
        "The step is the gradient over the average of its squares.",
        "The divisor is the *root* of the average of squares. Then gradient and divisor have the same unit, and "
        r"scaling the loss does not change the step (for $\varepsilon = 0$).",
        "Think about units: a squared gradient and a gradient can not be compared directly.",
        mistakes.without_root,
    ),
    Misconception(
        "M_ONLY",
        "uses the averaged gradient without scaling",
        r"Adam moves by $\eta$ times the average of the gradients.",
        "That is only the numerator of the step. Adam corrects it and divides by the root of the corrected average of "
        "squares.",
        "You computed one of two averages. See where the other one comes in.",
        mistakes.mean_alone,
    ),
    Misconception(
        "NEWTON_DOWN",
        "thinks that Newton's method always goes downhill",
        "Newton's method uses more information, so it always lowers the loss.",
        "Newton's step $-f'/f''$ heads for the stationary point of the local parabola. Where $f'' < 0$ that is a "
        "maximum, and the step goes uphill.",
        "Look at the sign of the second derivative and at what it does to the direction of the step.",
    ),
    Misconception(
        "NEWTON_ABS",
        "takes the size of the curvature in Newton's step",
        "The curvature is a size, so I use it without its sign.",
        r"Newton's step is $-f'/f''$ with the sign of $f''$. Using $\lvert f''\rvert$ is a variant that goes downhill "
        "where Newton's method itself does not.",
        "Check the sign of the second derivative at this point and keep it.",
    ),
    Misconception(
        "LS_INV",
        "turns the line-search quotient upside down",
        "The exact step is $g^T A g/(g^T g)$.",
        "Minimising $f(x - tg)$ over $t$ gives $t = g^T g/(g^T A g)$: more curvature along $g$ means a *shorter* step.",
        "Ask whether your step gets longer or shorter when the loss is bent more strongly, and which of these makes "
        "sense.",
    ),
    Misconception(
        "ANY_DEC",
        "lets the line search accept any decrease",
        "The first step that lowers the loss is accepted.",
        r"Armijo's rule asks for a *sufficient* decrease, at least $c\,t\lVert g\rVert^2$. A step that lowers the "
        "loss by less is shortened further.",
        "Compute the decrease that is required and compare it with the one you found.",
    ),
    Misconception(
        "EXACT_FOR_ARMIJO",
        "takes the minimising step for the accepted one",
        "Backtracking finds the step that lowers the loss most.",
        r"Backtracking tries the steps $t_0, \rho t_0, \rho^2 t_0, \dots$ and takes the first that passes. The best "
        "step along the line need not be among them.",
        "List the steps that backtracking tries, in order, and test each of them.",
    ),
    Misconception(
        "T0",
        "accepts the first trial step unchecked",
        "The initial step is the step that is taken.",
        "The initial step $t_0$ is only a proposal. It is shortened until the condition of the line search holds.",
        "Put the initial step into the condition and see whether it passes.",
    ),
    Misconception(
        "CLIP",
        "clips the coordinates where a ball is meant",
        "Projecting means cutting each coordinate off at the bound.",
        "Cutting off coordinates gives the nearest point of a box. The nearest point of a ball lies on the straight "
        "line from its centre to the point.",
        "Draw the set and your point, and look for the point of the set that is really closest.",
    ),
    Misconception(
        "UNIT_BALL",
        "projects onto the ball of radius 1",
        "Dividing a point by its length projects it onto the ball.",
        "Dividing by the length gives a point at the distance 1 from the centre. For a ball of radius $r$ it has to be "
        "multiplied by $r$ as well.",
        "Compute how far your point is from the centre, and compare with the radius.",
    ),
    Misconception(
        "SUM_FOR_LENGTH",
        "takes the sum of the sizes for the length",
        "The length of a vector is the sum of the sizes of its coordinates.",
        "The distance that decides which point is nearest is the root of the sum of the squares.",
        "Measure the length of your vector with the theorem of Pythagoras.",
    ),
    Misconception(
        "SHRINK_ALL",
        "shortens the whole vector to get into a box",
        "To get back into the box I go towards the origin until I am inside.",
        "In a box each coordinate has bounds of its own, so the nearest point changes only the coordinates that are "
        "out of bounds.",
        "Look at the coordinates one at a time, and change only what is out of bounds.",
    ),
    Misconception(
        "ONE_AXIS",
        "goes to the set along one coordinate only",
        "It is enough to change one coordinate until the condition holds.",
        "The shortest way to a line is at a right angle to it, and that changes both coordinates as a rule.",
        "Draw the line and your point, and compare your way to the line with the shortest one.",
    ),
    Misconception(
        "NONE",
        "leaves the point outside of the set",
        "The step decides; I do not check where it ends.",
        "Projected descent brings every point that has left the set back to the nearest point of the set.",
        "Check whether your point satisfies the constraint of the question.",
    ),
    Misconception(
        "HARD",
        "keeps large values unshrunk",
        r"Values larger than $\tau$ stay, smaller ones become zero.",
        r"That is hard thresholding. Minimising $\frac{1}{2}(x-u)^2 + \tau\lvert x\rvert$ pulls the large values "
        r"towards zero too, by $\tau$.",
        "Set the derivative to zero on the side where your value lies and solve for it.",
    ),
    Misconception(
        "SWAP_PENALTIES",
        "confuses the effects of absolute and ridge penalties",
        "Every penalty pulls the weights towards zero in the same way.",
        "A ridge penalty pulls in proportion to the weight and so never gets it to exactly zero. An absolute penalty "
        "pulls with the same strength everywhere, and small weights end at exactly zero.",
        "How strong is the pull of each penalty on a weight that is already very small?",
    ),
    Misconception(
        "SUB_ZERO",
        "takes zero for the only subgradient at a kink",
        "At the corner the slope is zero.",
        "For a convex function every slope between the slope from the left and the slope from the right is a "
        "subgradient. Zero need not even be among them.",
        "Draw the lines through the kink that stay below the graph, and collect their slopes.",
    ),
    Misconception(
        "SUB_DNE",
        "thinks that there is no subgradient at a kink",
        "There is no derivative at the corner, so there is nothing to step along.",
        "A convex function has a subgradient at every inner point of its domain, also where it has no derivative. At "
        "a kink there are many.",
        "Look for a straight line that touches the graph at the kink and nowhere lies above it.",
    ),
    Misconception(
        "SUB_ENDS",
        "accepts only the one-sided slopes as subgradients",
        "There are two subgradients at the corner, the slope on the left and the slope on the right.",
        "Every line through the kink with a slope between the two stays below the graph as well. The subgradients "
        "fill the whole interval.",
        "You found the two extreme slopes. Test a slope between them in the same way.",
    ),
)

_GENERALISATION = (
    Misconception(
        "L1_FOR_L2",
        "takes the sign of the weight for the gradient of an L2 penalty",
        "A penalty pulls every weight towards zero equally hard.",
        r"The gradient of $\frac{\lambda}{2} w^2$ is $\lambda w$, so large weights are pulled harder. A pull "
        r"of the same size for all weights belongs to a penalty on the absolute value.",
        "Differentiate the penalty as it is printed, and see whether the size of the weight survives.",
    ),
    Misconception(
        "DECAY_IS_L2",
        "thinks that weight decay and an L2 penalty always agree",
        "Whether the penalty is in the loss or in the update makes no difference.",
        "For plain gradient descent the two agree. A method that rescales the gradient, such as Adam, "
        "rescales a penalty in the loss too, but not a decay of the weights.",
        "Carry out one update in both ways and compare what happens to the part that comes from the penalty.",
    ),
    Misconception(
        "LOWER_ALWAYS",
        "takes lower training loss for a better model in every case",
        "The lower the training loss, the better the model.",
        "Training loss measures the fit to the data used. On new data a model that also fits the noise can do worse "
        "than one with higher training loss.",
        "Ask which column tells about data the model has not seen, and compare the models there.",
    ),
    Misconception(
        "LAST",
        "takes the last epoch",
        "Training longer can only improve the model, so the last weights are the best.",
        "The last epoch is merely where the run was ended. The validation loss may have been lower long before.",
        "Follow the validation loss from the first epoch to the last, not only to where the training ended.",
    ),
    Misconception(
        "FIRST",
        "takes the first epoch",
        "At the beginning the model is not spoiled by training yet.",
        "At first both losses are still high and falling, the model underfits. Stopping there gives away real "
        "progress.",
        "See whether the validation loss still falls after the epoch you chose.",
    ),
    Misconception(
        "GAP",
        "looks for the smallest gap between the two losses",
        "The best model is the one with the least difference between training and validation loss.",
        "A small gap only says that both losses are alike, and both can be bad: before training the gap is often "
        "small. What counts is the validation loss itself.",
        "Look at how large the validation loss is where the gap is smallest, and compare with other epochs.",
    ),
    Misconception(
        "CROSS_CURVES",
        "picks the first crossing of the two curves",
        "Overfitting starts when the validation curve is above the training curve.",
        "Validation loss is normally above training loss, also in good fits. Overfitting shows where the validation "
        "loss turns from falling to rising.",
        "Follow the validation curve alone and watch how its direction changes.",
    ),
    Misconception(
        "SWAP_FIT",
        "confuses underfitting and overfitting",
        "High losses mean overfitting, and a gap means underfitting.",
        "An underfitting model is bad on the training data too. An overfitting model is good on them and worse on "
        "held-out data.",
        "Look first at how the model does on its own training data, then name the case.",
    ),
    Misconception(
        "PENALTY_ALWAYS_HELPS",
        "thinks that a stronger penalty lowers every error",
        "Regularization makes a model better, so more of it makes it better still.",
        "A penalty trades fit to the training data for smaller weights. Whether this lowers the loss on new data "
        "depends on the data, and too strong a penalty raises both losses.",
        "Think of a penalty so strong that all weights are nearly zero. How good is that model?",
    ),
    Misconception(
        "BLAME_RATE",
        "blames the learning rate for a rising validation loss",
        "The validation loss rises, so the rate is too large.",
        "The optimiser works on the training loss, and that still falls steadily. A rising validation loss beside it "
        "shows overfitting.",
        "Look at the curve that the optimiser really minimises and judge the rate by that one.",
    ),
    Misconception(
        "MAX_DEGREE",
        "takes the most flexible model",
        "A higher degree can do everything a lower one can, so it is better.",
        "It can fit the *training* data at least as well, noise included. On held-out data the extra freedom often "
        "does harm.",
        "Compare the models on the data that were not used for fitting.",
    ),
    Misconception(
        "N_COEFFICIENTS",
        "confuses degree and number of coefficients",
        "To pass through $n$ points a polynomial needs degree $n$.",
        "A polynomial of degree $d$ has $d + 1$ coefficients. So $n$ points with different $x$ can be met with degree "
        "$n - 1$.",
        "Try it with two points, and look at the degree of a straight line.",
    ),
    Misconception(
        "RESTORE_LAST",
        "keeps the weights of the stopping epoch",
        "Early stopping returns the model at the moment it stops.",
        "Training goes on for the epochs of patience after the best one. The weights of the best epoch are the ones "
        "to restore.",
        "Keep apart the epoch at which training ends and the epoch whose weights you want.",
    ),
    Misconception(
        "NO_RESET",
        "never begins to count anew",
        "Once the loss has stopped falling, the waiting goes on until the patience is used up.",
        "The patience counts epochs in a row. Every epoch with a new smallest loss sets the count back to zero.",
        "See whether any epoch after the one you chose is better than it, and what that does to the count.",
    ),
    Misconception(
        "NON_STRICT",
        "counts an equal value as an improvement",
        "As long as the loss is not worse, the waiting starts anew.",
        "By the rule of the question only a strictly lower loss, lower by more than the stated margin, resets the "
        "count.",
        "Go through the epochs once more and mark only those that are truly lower than the best so far.",
    ),
    Misconception(
        "SCHEDULE_KIND",
        "confuses two schedules of the learning rate",
        "The rate falls from epoch to epoch, whatever the schedule is called.",
        r"A schedule is its formula: $\eta_0 q^k$ and $\eta_0/(1+dk)$ fall in every epoch, steps only in some of them, "
        "and their ends differ.",
        "Work out the rate of each schedule in the first epochs and in the last one.",
    ),
    Misconception(
        "SMALLER_RATE",
        "lowers the learning rate whatever the trouble",
        "When training goes badly, a smaller rate helps.",
        "A smaller rate helps against steps that are too long. It makes a slow run slower, and it mends neither a "
        "plateau nor overfitting.",
        "Name the trouble first, from the shape of the curves, and then look for what acts on it.",
    ),
    Misconception(
        "MORE_EPOCHS",
        "trains longer whatever the trouble",
        "With enough epochs every run gets there.",
        "More epochs help a run that is still falling. A run that cycles or diverges does so for ever, and an "
        "overfitting model gets worse.",
        "See what the last few entries of the run do, and carry them on in your mind.",
    ),
)

MISCONCEPTIONS: tuple[Misconception, ...] = (
    *_STEPS,
    *_DERIVATIVES,
    *_SEVERAL_STEPS,
    *_RATES,
    *_GEOMETRY,
    *_LANDSCAPE,
    *_DATA,
    *_NETWORKS,
    *_STOCHASTIC,
    *_METHODS,
    *_GENERALISATION,
)
"""Every misconception, in the order of the topics above; codes and titles are unique."""

CODES = {row.code: row for row in MISCONCEPTIONS}


def misconception(code: str) -> Misconception:
    """The row of that code; raises KeyError for another code."""
    return CODES[code]


def slip_behind(row: Misconception) -> str | None:
    """The name of the slip in differentiating that a misconception consists of, if it is one."""
    slips: list[str] = []

    def noted(slip: str) -> Field:
        slips.append(slip)
        return field

    field = Field(lambda point: point[0], lambda point, step: point, slipped=noted)
    with suppress(ValueError):
        if row.mistake is not None:
            row.mistake(Solver(field, 1, descent))
    return slips[0] if slips else None
