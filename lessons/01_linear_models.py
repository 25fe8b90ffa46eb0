# %% [markdown]
# # 1. Linear models: a line that decides
#
# Seven points lie in the plane, four of one class and three of another. You could draw a line between the classes at a glance. A program
# sees no picture; it has only numbers. How can it find such a line, and for which points is there none to be found?
#
# You need coordinates in the plane, and that $w \cdot x$ means $w_1 x_1 + w_2 x_2$. About 40 minutes.

# %%
import numpy as np

from derive import Graph, derive
from derive.data import seven_points, xor
from derive.grading import Task
from derive.perceptron import decision_table, over_orders, perceptron
from derive.widgets import DecisionLine, Exercise, MyWork, PerceptronFigure, Stepper

data = seven_points()
X, y = data.X, data.Y[:, 0]

# %% [markdown]
# ## One number for each point
#
# Choose two *weights* $w_1$ and $w_2$ and a *bias* $b$. They give every point $x = (x_1, x_2)$ one number,
#
# $$z = w_1 x_1 + w_2 x_2 + b = w \cdot x + b,$$
#
# and this number decides: class 1 where $z \ge 0$, class 0 where $z < 0$. The points with $z = 0$ are the border. In the plane this is a
# straight line, with three inputs it is a plane, with more it is called a *hyperplane*.
#
# **Predict:** with $w = (1, 1)$ and $b = -1$, where is the point $(0.3, 0.8)$?

# %%
row = decision_table([1, 1], -1, [[0.3, 0.8]])[0]

# %%
Exercise(
    Task.pick(
        "Prediction: where is the point (0.3, 0.8) for w = (1, 1) and b = -1?",
        ["above 0: class 1", "exactly on the line", "below 0: class 0"],
        {1: "above 0: class 1", 0: "exactly on the line", -1: "below 0: class 0"}[row.sign],
        why={
            "exactly on the line": "the sum of the coordinates is 1.1, not 1",
            "below 0: class 0": "the sum of the coordinates is 1.1, and b takes 1 of it away",
        },
    )
)

# %% [markdown]
# Now be the machine yourself. Move the sliders until every point lies on the side of its class. At the start one point lies exactly on
# the line. Its $z$ is 0, so it counts as class 1, which is where $z \ge 0$.
#
# - What does $b$ do to the line? What do $w_1$ and $w_2$ do?
# - The table shows $w \cdot x$ before the bias is added. Which of its numbers have to be separated, and what does $b$ do to them?

# %%
DecisionLine()

# %% [markdown]
# The weights give the line its direction: it is at right angles to the arrow $(w_1, w_2)$, which points to the side of class 1. The bias
# moves the line without turning it.
#
# Now write it down for a machine: a class that keeps $w$ and $b$, and decides. The decision itself is one line.

# %%
Exercise(
    "write_perceptron",
    hints=[
        "__init__ keeps what it is given, run uses it: self.w = w, and later self.w.",
        r"The product $w \cdot x$ of two arrays is np.dot(self.w, x). Compare the sum with 0, and return 1 or 0; True and False will do.",
        "return 1 if np.dot(self.w, x) + self.b >= 0 else 0",
    ],
)

# %% [markdown]
# ## One line, many numbers
#
# **Predict:** you double $w_1$, $w_2$ and $b$, all three. What happens to the line?

# %%
w, b = np.array([-1.2, 3.2]), -1.0
once, twice = -b / w, -2 * b / (2 * w)  # where the line cuts the two axes

# %%
Exercise(
    Task.pick(
        "Prediction: w and b are doubled",
        ["the line stays where it is", "the line moves away from (0, 0)", "the line becomes steeper"],
        "the line stays where it is" if np.allclose(once, twice) else "the line moves away from (0, 0)",
        why={
            "the line moves away from (0, 0)": "so it would be if only b was doubled: 2(w·x + b) = 0 for the same points as w·x + b = 0",
            "the line becomes steeper": "its direction depends on the ratio of w1 and w2, and the ratio is the same",
        },
    )
)

# %% [markdown]
# So a line has many descriptions. All of $k w$ and $k b$ with $k > 0$ decide alike; with $k < 0$ it is the same line, but the classes
# change sides. That is why there is no single right answer here. Take just two points, $u = (0, 2)$ of class 1 and $v = (1, 0)$ of class 0:

# %%
DecisionLine([[0, 2], [1, 0]], [1, 0], title="Two points")

# %% [markdown]
# Any line that separates them is accepted, found with the sliders or by thinking.

# %%
Exercise(
    "separating_line",
    hints=[
        "Which direction leads from v to u? The farther you go along w, the larger is w·x.",
        r"With $w = u - v$ the product $w \cdot u$ is larger than $w \cdot v$. Now choose $b$ so that 0 lies between the two sums.",
        r"$w = u - v = (-1, 2)$: then $w \cdot u = 4$ and $w \cdot v = -1$, so $b = -1$ will do, and every $b$ between $-4$ and $1$.",
    ],
)

# %% [markdown]
# ## Which way to turn?
#
# Trying sliders works for three numbers. A network has thousands. So we need to know what a small change of one weight does to $z$. That is
# a slope: the derivative of $z$ by $w_1$, while all other quantities stay as they are. Here it is rule by rule. Ask for a *hint* first,
# then for the *line*.

# %%
Stepper("w1*x1 + w2*x2 + b", "w1", detail="every rule", title="The slope of z by w₁")

# %% [markdown]
# The slope by $w_1$ is $x_1$. In the same way the slope by $w_2$ is $x_2$, and that by $b$ is 1. None of the weights is left in these
# slopes, so they are the same for every $w$: $z$ is *linear* in its weights, and what the slope promises is exact for changes of any size.
# Check it: nudge $w_1$ by 0.1 at the point $(0.8, 0.4)$.

# %%
at = {"w1": 1, "w2": 1, "b": -1, "x1": 0.8, "x2": 0.4}
slope = float(derive("w1*x1 + w2*x2 + b", "w1").at(at).value)
z = Graph("w1*x1 + w2*x2 + b")
before, after = z.forward(at), z.forward(at | {"w1": 1.1})
print(f"slope by the derivation: {slope:.3f}   promised change: {slope * 0.1:.3f}")
print(f"z before: {before:.3f}   z after: {after:.3f}   change: {after - before:.3f}")

# %% [markdown]
# Now suppose that a point of class 1 has $z < 0$. Its $z$ should rise, so we move every weight the way its slope points: add $x_1$ to
# $w_1$, $x_2$ to $w_2$ and 1 to $b$. **Predict:** for the point $(0.8, 0.4)$, by how much does $z$ rise?

# %%
rise = z.forward(at | {"w1": 1 + 0.8, "w2": 1 + 0.4, "b": -1 + 1}) - before

# %%
Exercise(
    Task.pick(
        "Prediction: x is added to w, and 1 to b. Then z rises by",
        ["0.8", "1.2", "1.8", "2.2"],
        f"{rise:.1f}",
        why={
            "0.8": "this is what the two weights give; b has risen by 1 as well",
            "1.2": "the change of each weight counts as often as its input: 0.8 times 0.8, 0.4 times 0.4, and 1 for b",
            "2.2": "the change of each weight counts as often as its input: 0.8 times 0.8, 0.4 times 0.4, and 1 for b",
        },
    )
)

# %% [markdown]
# With letters,
#
# $$(w + x) \cdot x + (b + 1) = (w \cdot x + b) + (x_1^2 + x_2^2 + 1).$$
#
# The last bracket is never less than 1: at this point $z$ always moves the right way. Where $z$ is too large, subtract instead.
#
# ## The perceptron rule
#
# Call the true class $y$ and the decided one $\hat y$; both are 0 or 1. Then $y - \hat y$ is $0$ if the decision is right, $1$ if $z$ has
# to rise, and $-1$ if it has to fall. Both cases fit into one rule:
#
# $$w \leftarrow w + \eta\,(y - \hat y)\,x, \qquad b \leftarrow b + \eta\,(y - \hat y).$$
#
# The number $\eta$ is the *learning rate*; here $\eta = 1$. Take the points one after the other, again and again. One round through all of
# them is an *epoch*. Stop when an epoch passes without a mistake.
#
# **Predict:** does every epoch have at most as many mistakes as the one before it, or can a repair spoil what was right?

# %%
run = perceptron(X, y)

# %%
Exercise(
    Task.pick(
        "Prediction: an epoch of the rule",
        ["never has more mistakes than the one before it", "can have more mistakes than the one before it"],
        "can have more mistakes than the one before it"
        if any(np.diff(run.mistakes) > 0)
        else "never has more mistakes than the one before it",
        why={
            "never has more mistakes than the one before it": "a repair looks at one point only, and the line moves for all of them. "
            "Watch epochs 6 and 7 below"
        },
    )
)

# %% [markdown]
# Step through the run with the arrow keys: right for the next sample, down for the end of the epoch. Every mistake is repaired in numbers
# below the picture. The dashed line is where the border was before.

# %%
PerceptronFigure()

# %% [markdown]
# The whole run in one line, with the mistakes of each epoch; and once more with another decision for points on the line:

# %%
print(run)
print("mistakes in each epoch:", *run.mistakes)
print("the same, but class 1 only where w.x + b > 0:")
print(perceptron(X, y, at_zero=0))

# %% [markdown]
# From zero, the first $z$ is exactly 0, so the very first decision depends on what you do with a point *on* the line. Such a small thing
# changes the whole run, and the line at its end. Try it in the figure, too (*class 1 where*).
#
# ## Does the order matter?
#
# **Predict:** the same seven points are taken in another order. Will the rule find the same line?

# %%
runs = over_orders(X, y, 0, count=200)
lines = {(r.w, r.b) for r in runs}

# %%
Exercise(
    Task.pick(
        "Prediction: 200 runs over the same points, each in a random order, find",
        ["one line, after equally many updates", "one line, sooner or later", "many different lines"],
        "many different lines" if len(lines) > 1 else "one line, sooner or later",
        why=dict.fromkeys(
            ["one line, after equally many updates", "one line, sooner or later"],
            "the rule ends as soon as no point is wrong, and many lines make no mistake: which one is met first depends on the order",
        ),
    )
)

# %%
updates = [len(r.updates) for r in runs]
print(f"{len(lines)} different ends in 200 runs, after {min(updates)} to {max(updates)} updates; the first six:")
for r in runs[:6]:
    print(f"{len(r.updates)} updates:  w = ({r.w[0]:4.1f}, {r.w[1]:4.1f}),  b = {r.b:4.1f}")

# %% [markdown]
# All of these lines separate the seven points. The rule asks for no more, so it cannot say that one of them is better. Choose *shuffled by
# a seed* in the figure above to watch such runs.
#
# **And the learning rate?** One would expect that a small $\eta$ makes learning slow. Look:

# %%
for rate in (0.1, 1, 10):
    r = perceptron(X, y, rate=rate)
    print(f"rate {rate:4}:  w = ({r.w[0]:6.2f}, {r.w[1]:6.2f}),  b = {r.b:6.2f},", "mistakes:", *r.mistakes)

# %% [markdown]
# From zero, everything is simply multiplied by $\eta$, and you have seen that this moves no line. So the rate changes no decision. From
# another start it can. In lesson 4 a step will depend on *how* wrong we are, and there the rate decides whether we arrive at all.
#
# ## The bias is a weight, too
#
# The slope of $z$ by $w_1$ is $x_1$, and that by $b$ is 1. So $b$ behaves like the weight of an input that is always 1. Give every point
# such an input, $\tilde x = (x_1, x_2, 1)$ with $\tilde w = (w_1, w_2, b)$, and the bias is gone from all formulas:
#
# $$z = w \cdot x + b = \tilde w \cdot \tilde x, \qquad \tilde w \leftarrow \tilde w + \eta\,(y - \hat y)\,\tilde x.$$
#
# **Predict:** we let the rule run on the longer points, without a bias. What will the three weights be at the end?

# %%
longer = np.column_stack([X, np.ones(len(X))])
run3 = perceptron(longer, y, bias=False)

# %%
Exercise(
    Task.pick(
        "Prediction: the weights for (x1, x2, 1)",
        ["(-1.2, 3.2, 1)", "(-1.2, 3.2, -1)", "(-1.2, 3.2, 0)", "others: the points have changed"],
        f"({run3.w[0]:g}, {run3.w[1]:g}, {run3.w[2]:g})",
        why={
            "(-1.2, 3.2, 1)": "the third input is 1, but its weight is what b was",
            "(-1.2, 3.2, 0)": "the third weight takes the place of b, and b was not 0",
            "others: the points have changed": "every z is the same as before, so every decision and every repair is the same",
        },
    )
)

# %%
print("with a bias:        ", run.w, run.b, run.mistakes)
print("bias absorbed as w3:", run3.w, run3.mistakes)

# %% [markdown]
# ## Where no line helps
#
# Four points: class 1 if exactly one of the two inputs is 1, else class 0. This is XOR, the *exclusive or*. Go through some epochs. What do
# the numbers do?

# %%
table = xor()
PerceptronFigure(table.X, table.Y, title="XOR")

# %% [markdown]
# The weights come back to where they have been, and from there all repeats itself. More patience will not help, because there is no line to
# be found. The reason is the point in the middle, $m = (\tfrac12, \tfrac12)$. It is halfway between $(0, 0)$ and $(1, 1)$. Since $z$ is
# linear, its $z$ is the mean of theirs; and if the two are decided right, both are below 0:
#
# $$z(m) = \tfrac12\bigl(z(0, 0) + z(1, 1)\bigr) < 0.$$
#
# But $m$ is halfway between $(0, 1)$ and $(1, 0)$ as well, and both of these have to be at 0 or above:
#
# $$z(m) = \tfrac12\bigl(z(0, 1) + z(1, 0)\bigr) \ge 0.$$
#
# No number is both. So no choice of $w$ and $b$ decides all four points right. One unit draws one line, and this takes two: exercise 3 lets
# you put three units together.
#
# Whenever *some* line separates the points strictly, the perceptron rule ends after finitely many updates: this is a theorem. XOR shows the
# other case.
#
# ## Exercises
#
# **1.** One epoch by hand. The points are those of the figure, in another order.

# %%
Exercise(
    "perceptron_epoch",
    variant=1,
    hints=[
        "For each point compute w·x + b with the weights as they are now, decide f, and compare it with the class.",
        r"At $w \cdot x + b = 0$ the decision is $f = 1$. A mistake on class 0 gives $y - f = -1$: subtract $x$ from $w$ and 1 from $b$.",
        "The first point has w·x + b = 0, so f = 1, but it is of class 0: w = (-0.4, -0.2), b = -1. The next has a z below 0 and class 1.",
    ],
)

# %% [markdown]
# **2.** Two orders of the same five samples. Do it by hand, or let `perceptron(...)` do it in a cell of your own.

# %%
Exercise(
    "order_of_samples",
    hints=[
        "Go through the samples as in exercise 1, until all five in a row are right. Count changes, not epochs.",
        "A run is over when an epoch has no mistake. For the second run begin again at w = (0, 0), b = 0, with the last sample first.",
        "run = perceptron([(2, 1), (-1, 1), (1, 3), (-2, -1), (1, -2)], [1, 0, 1, 0, 0]); then len(run.updates), run.w and run.b",
    ],
)

# %% [markdown]
# **3.** XOR with three units: two draw lines, the third decides from their answers.

# %%
Exercise(
    "xor_network",
    hints=[
        "In the figure of XOR, class 1 lies in a strip between two parallel lines. Each hidden unit can draw one of them.",
        "Let the first unit be 1 if at least one input is 1, and the second only if both are. The output wants the first alone.",
        "w = ((1, 1), (1, 1)); b = (-0.5, -1.5); v = (1, -1); and c has to lie where 1 + c >= 0, but 0 + c < 0",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - $z = w \cdot x + b$ is one number for each point, its sign decides. The weights turn the line, the bias moves it.
# - The slope of $z$ by a weight is the input that belongs to it; the bias is the weight of a constant 1.
# - The perceptron rule adds or subtracts $x$ after a mistake. It finds *a* line if there is one; which one depends on the order.
# - From zero, the learning rate of the perceptron changes no decision.
# - XOR cannot be decided by one line.
#
# Next: [why a neuron bends its line](02_activations.ipynb). The step from 0 to 1 becomes a curve.

# %%
MyWork("my_work_01.json")
