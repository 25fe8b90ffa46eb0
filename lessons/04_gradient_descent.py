# %% [markdown]
# # 4. Gradient descent: downhill, step by step
#
# You have a loss, one number that says how wrong you are, and its slope, which says in which direction things get better. It does not say
# how far. Go a little, and it takes for ever; go far, and you may land higher up than you were. How long should a step be, and when are you
# done?
#
# You need lesson 3 (a loss, and the gradient of a mean). About 40 minutes.

# %%
import numpy as np
from sympy import Symbol, exp, sqrt

from derive import Dense, Network, descend, identity, squared_error, train
from derive.grading import Task
from derive.schedules import cosine, exponential, inverse_time
from derive.stopping import small_change
from derive.widgets import DescentFigure, Exercise, MyWork, Schedules, Stepper

# %% [markdown]
# ## The rule
#
# We look for the place where a function $F$ is least,
#
# $$p^* = \operatorname*{argmin}_{p} F(p).$$
#
# Read: the *argument* $p$ at which $F$ is least; the value there is $F^* = F(p^*)$. From some point $p_0$ we go against the slope, again
# and again:
#
# $$p_k = p_{k-1} - \eta_k\, \nabla F(p_{k-1}).$$
#
# The learning rate $\eta_k$ may be another one in every step. If there are many parameters, $\nabla F$ has one slope for each of them, and
# the line above means: do the same with every parameter.
#
# We start with one parameter, $F(x) = (x - 2)^2$, where nobody needs descent: the minimum is at 2. First the slope:

# %%
Stepper("(x - 2)^2", "x", at={"x": 4}, title="The slope of (x − 2)²")

# %% [markdown]
# **Predict** the first step from $x_0 = 4$ with $\eta = 0.01$.

# %%
x = Symbol("x")
way = descend((x - 2) ** 2, 4, rate=0.01, steps=3)

# %%
Exercise(
    Task.pick(
        "Prediction: where is x after one step?",
        ["4.04", "3.96", "3.98", "0"],
        f"{way.points[1]:g}",
        why={
            "4.04": "this goes up: the slope at 4 is positive, and its multiple is subtracted",
            "3.98": "the slope at 4 is 2(4 - 2) = 4, not 2",
            "0": "this is a step with the learning rate 1",
        },
    )
)

# %% [markdown]
# `descend` differentiates $F$ as you saw above and keeps all that happens: points, values, slopes.

# %%
print("  k  x_k       F(x_k)    slope")
for k in range(way.steps):
    print(f"{k:3}  {way.points[k]:.6f}  {way.values[k]:.6f}  {way.gradients[k]:.6f}")
print(f"{way.steps:3}  {way.points[-1]:.6f}  {way.values[-1]:.6f}")

# %% [markdown]
# Notice that the steps become shorter although $\eta$ stays the same: the slope becomes smaller. Now take the steps yourself, with *Step*
# or the right arrow key. Which rate brings you nearest to 2 in ten steps? From which rate on does it not work at all?

# %%
left_out = ("schedule", "warmup", "momentum", "log")
DescentFigure("(x - 2)^2", x=(-2, 6), start=4.0, rate=0.01, rates=(0.005, 2), without=left_out)

# %% [markdown]
# By hand, from the other side:

# %%
Exercise(
    "descent_from_zero",
    hints=[
        "On this side of 2 the function falls. Which sign has its slope, and which way does the step go?",
        r"$x_k = x_{k-1} - 0.01 \cdot 2\,(x_{k-1} - 2)$, and $F_k = (x_k - 2)^2$",
        r"$x_1 = 0 - 0.01 \cdot 2 \cdot (0 - 2) = 0.04$ and $F_1 = (0.04 - 2)^2$. Round at the end only.",
    ],
)

# %% [markdown]
# ## Too small, right, too large
#
# What you found with the slider can be computed. One step takes $x$ to $x - \eta \cdot 2a\,(x - c)$ if $F(x) = a\,(x - c)^2$. How much does
# the *new* place change if the old one does? That is a slope again:

# %%
Stepper("x - eta*2*a*(x - c)", "x", detail="every rule", title="How a step changes a distance")

# %% [markdown]
# The step is linear in $x$, and it leaves $c$ where it is. So it multiplies the distance from the minimum by this slope, at every step:
#
# $$x_k - c = (1 - 2 a \eta)\,(x_{k-1} - c).$$
#
# Everything follows from this factor. Between 0 and 1 the point *creeps* towards the minimum from one side. Between $-1$ and 0 it *swings*
# from side to side and comes nearer. At 0 it arrives at once. Below $-1$ every step leads farther away: it *diverges*. With $a = 1$:
#
# | learning rate | factor $1 - 2\eta$ | what happens |
# |---|---|---|
# | $0 < \eta < \tfrac12$ | between 0 and 1 | creeps |
# | $\eta = \tfrac12$ | 0 | there in one step |
# | $\tfrac12 < \eta < 1$ | between $-1$ and 0 | swings and arrives |
# | $\eta = 1$ | $-1$ | to and fro for ever |
# | $\eta > 1$ | below $-1$ | diverges |

# %%
for eta in (0.01, 0.4, 0.5, 0.9, 1, 1.1):
    points = descend((x - 2) ** 2, 4, eta, steps=5).points
    print(f"eta = {eta:4}:", *(f"{p:8.4f}" for p in points))

# %%
Exercise(
    "learning_rates",
    hints=[
        "By which factor is the distance from 2 multiplied in one step?",
        r"Here $a = \tfrac12$, so the factor is $1 - \eta$. In which range is it for each of the three?",
        r"Creeping: $0 < 1 - \eta < 1$. Swinging: $-1 < 1 - \eta < 0$. Diverging: $1 - \eta < -1$.",
    ],
)

# %% [markdown]
# ## Two parameters, one rate
#
# $F(p, q) = \tfrac12 p^2 + 5 q^2$ is a valley: flat along $p$, steep across it. Both parameters have their own parabola, but they share the
# learning rate. **Predict:** which of the two sets the limit for $\eta$?

# %%
p, q = Symbol("p"), Symbol("q")
valley = p**2 / 2 + 5 * q**2
along, across = (descend(valley, start, 0.3, 20, variables=(p, q)).values[-1] for start in ([1, 0], [0, 1]))

# %%
Exercise(
    Task.pick(
        "Prediction: as the rate grows, what diverges first?",
        ["p, the flat direction", "q, the steep direction", "both at the same rate"],
        "q, the steep direction" if across > along else "p, the flat direction",
        why={
            "p, the flat direction": "its factor is 1 - η, that of q is 1 - 10 η: which of them is below -1 first?",
            "both at the same rate": "the limit is where the factor is -1, and the factors are 1 - η and 1 - 10 η",
        },
    )
)

# %% [markdown]
# The steps go at right angles to the lines of equal height, not towards the minimum. Make $\eta$ larger: from where on does it swing, and
# where does it run away? And at the largest rate that still works, how fast does $p$ move?

# %%
DescentFigure(
    "p^2/2 + 5*q^2",
    x=(-3, 3),
    y=(-2, 2),
    start=(-2.5, 1),
    rate=0.05,
    rates=(0.01, 0.5),
    steps=3,
    without=("f", *left_out),
    title="A narrow valley",
)

# %% [markdown]
# The steep direction allows no more than $\eta < 0.2$; the flat one would like ten times as much. A network has thousands of directions,
# nobody knows how steep they are, and it changes on the way. So no formula gives the best rate, but the picture is the same: too small
# creeps, too large swings or diverges. In lesson 11 you will try three rates on a network, and find all of this again.
#
# ## Parameter space and input space
#
# Where do such valleys come from? Take a straight line, $\hat y = w x + b$, and four measured points. The loss is the mean of the squared
# errors. On the left, every place $(w, b)$ is one *line*; in the middle you see that line among the data. Step, and watch both.

# %%
points = [(0, 1), (1, 2), (2, 2), (3, 4)]
DescentFigure(
    model="w*x + b",
    data=points,
    variables=("w", "b"),
    x=(-1, 3),
    y=(-1, 3),
    start=(-0.5, 2.5),
    rate=0.1,
    rates=(0.01, 1),
    steps=3,
    without=left_out,
    title="A line is learned",
)

# %% [markdown]
# The left-hand picture is the *parameter space*, the middle one the *input space*. Descent never sees the data as you do. It sees the
# slopes at one place of the parameter space.
#
# The rule can be written for each weight, or once for all of them together, as the vector $\theta = (w, b)$; some books write $\alpha$ in
# place of $\eta$:
#
# $$w \leftarrow w - \eta\,\frac{\partial F}{\partial w}, \quad b \leftarrow b - \eta\,\frac{\partial F}{\partial b},
# \qquad \theta_{k} = \theta_{k-1} - \eta\,\nabla F(\theta_{k-1}).$$
#
# As code, with the gradient that `derive` made for you, it is one line for all parameters, however many there are:

# %%
f = Network(1, Dense(1, identity), loss=squared_error).compile()
X, Y = np.array(points, dtype=float)[:, :1], np.array(points, dtype=float)[:, 1:]
theta = {"w1": np.array([[-0.5]]), "b1": np.array([2.5])}
for k in range(4):
    C, gradient = f.value_and_grad(theta, X, Y)
    print(f"k = {k}: w = {theta['w1'].item():7.4f}, b = {theta['b1'].item():.4f}, F = {2 * C:.4f}")
    theta = {name: theta[name] - 0.2 * gradient[name] for name in theta}

# %% [markdown]
# Compare with the table of the figure at $\eta = 0.1$: the same numbers. Why then is the rate 0.2 here? `squared_error` has the factor
# $\tfrac12$ in front. Half the loss has half the slope, so it takes twice the rate to make the same step. A learning rate means nothing
# without the loss that it goes with.
#
# ## Two valleys
#
# Descent is short-sighted. Here is a curve with two minima; the left one is lower. **Predict** where the way from $x_0 = 0.2$ ends.

# %%
two = x**4 / 4 - x**2 / 2 + x / 8
end = descend(two, 0.2, rate=0.1, steps=500).points[-1]

# %%
Exercise(
    Task.pick(
        "Prediction: from 0.2 the way ends",
        ["in the left minimum, which is lower", "in the right minimum", "between the two"],
        "in the right minimum" if end > 0.5 else "in the left minimum, which is lower",
        why={
            "in the left minimum, which is lower": "descent does not know what is lower elsewhere: at 0.2 the curve falls to the right",
            "between the two": "there is a place without a slope between them, but the curve falls away from it on both sides",
        },
    )
)

# %% [markdown]
# Below the curve you see which start ends in which minimum. Move the start across the border. Then make the rate larger: at 1.5 no start
# ends in a minimum any more. At 2, show 30 steps: the way from 0.2 jumps about for a while, and then it leaves for good. You can also type
# a function of your own in $x$.

# %%
DescentFigure("x^4/4 - x^2/2 + x/8", x=(-2, 2), start=0.2, rate=0.1, rates=(0.01, 2), steps=20, without=left_out)

# %% [markdown]
# ## When to stop
#
# At the minimum the slope is 0, but descent comes nearer and nearer and never quite arrives. Somebody has to say when it is enough. Three
# rules are in use: after so many steps; when the last step was short; when the loss has hardly changed. All three on $(x - 2)^2$ from 4
# with $\eta = 0.01$:

# %%
square = (x - 2) ** 2
for run in (
    descend(square, 4, 0.01, steps=100),
    descend(square, 4, 0.01, stop=1e-4),
    descend(square, 4, 0.01, stop=small_change(1e-4)),
):
    print(f"x = {run.points[-1]:.4f}, F = {run.values[-1]:.6f}: {run.stopped}")

# %% [markdown]
# None of them ends at 2. The step rule stops where $\eta$ times the slope is small, and not where the distance is: with a smaller $\eta$ it
# would stop farther away. The loss rule is content even earlier, because near the minimum the loss is flat.
#
# It can be worse. Take the squared error of a saturated sigmoid, $F(z) = \sigma(z)^2$, and start at $z = 6$. **Before you look at the
# result:** what will the loss rule say?

# %%
z = Symbol("z")
run = descend(1 / (1 + exp(-z)) ** 2, 6, 0.1, stop=small_change(1e-4))
print(f"z = {run.points[-1]:.4f}, F = {run.values[-1]:.6f}: {run.stopped}")

# %% [markdown]
# It stops after one step, with nearly the largest loss there is. *No progress* and *arrived* look the same to such a rule. Remember the
# last figure of lesson 2.

# %%
Exercise(
    "when_to_stop",
    variant=2,
    hints=[
        "Let a program count: a cell of your own with descend(...), or a loop that compares the new x with the old one.",
        r"Stop after the first step with $|x_k - x_{k-1}| \le 0.0001$; this step is counted, and its $x_k$ is where it ends.",
        "run = descend((x - 4)**2, 6, 0.05, stop=1e-4); then run.steps and run.points[-1]",
    ],
)

# %% [markdown]
# ## A promise for every convex function
#
# For a parabola the error shrinks by the same factor in each step. What if all you know is that $F$ is *convex*, so that its slope never
# falls as you go to the right, and that the slope does not change too fast: $|F'(p) - F'(q)| \le L\,|p - q|$ for some number $L$? Then
# there is still a promise. With a constant rate $\eta \le 1/L$, and a minimum at $p^*$,
#
# $$F(p_k) - F^* \le \frac{\lVert p_0 - p^* \rVert^2}{2\,\eta\,k}.$$
#
# The error after $k$ steps is at most a constant divided by $k$; one writes $O(1/k)$. Let us measure it on $F(x) = \sqrt{1 + x^2}$, which
# is least at 0, with $F^* = 1$. Far out it is nearly a straight line, and its slope says little about how far away the minimum is. Here
# $L = 1$.

# %%
run = descend(sqrt(1 + x**2), 10, rate=0.5, steps=60)
gap, bound = run.gap(1), run.bound(0)
print("  k   F - F*     bound")
for k in (1, 2, 5, 10, 15, 20, 25):
    print(f"{k:3}   {gap[k]:.6f}   {bound[k - 1]:.4f}")
print(f"k (F - F*) is never above {run.alpha(1):.2f}; the promise is {bound[0]:.2f}")

# %% [markdown]
# The promise is kept, and reality is better: near the minimum the curve is close to a parabola, and there the error shrinks by a factor in
# each step. Far out, a larger $\eta$ saves steps. But how large may it be? **Try** the rate 3 in the figure, which is beyond $1/L$, and
# show 60 steps.

# %%
DescentFigure(
    "sqrt(1 + x^2)",
    x=(-11, 11),
    start=10.0,
    rate=0.5,
    rates=(0.1, 4),
    steps=20,
    minimum=0,
    bound=True,
    without=("schedule", "warmup", "momentum"),
    title="The error and its bound",
)

# %% [markdown]
# ## A rate that changes
#
# Lesson 3 said that a few samples are enough to *estimate* the gradient. Such an estimate is noisy. Far from the minimum this does no harm;
# close to it, the noise is all that is left. **Predict:** with a constant rate and one sample at a time, what does the loss do in the end?
#
# Here 100 noisy points of a line are learned, one sample at a time, so that an epoch has 100 steps. Two rates are constant. Two begin at
# 0.3 and fall: $0.3/(1 + 0.05\,k)$ and $0.3\,e^{-0.01\,k}$ in step $k$. The table shows by how much the loss is above the smallest possible
# one.

# %%
rng = np.random.default_rng(0)
X = rng.uniform(-1, 1, (100, 1))
Y = 2 * X + 1 + 0.5 * rng.normal(size=(100, 1))
net = Network(1, Dense(1, identity), loss=squared_error)
best = np.linalg.lstsq(np.column_stack([X, np.ones(100)]), Y, rcond=None)[1][0] / 200
start = {"w1": np.zeros((1, 1)), "b1": np.zeros(1)}
rates = {"0.3": 0.3, "0.003": 0.003, "inverse": inverse_time(0.3, decay=0.05), "exponent.": exponential(0.3, decay=0.01)}
print("    epoch:      1      4      7     10")
for name, rate in rates.items():
    h = train(net, X, Y, epochs=10, batch_size=1, rate=rate, rng=0, params=start, progress=False)
    print(f"{name:>9}:", *(f"{loss - best:.4f}" for loss in h.loss[::3]))

# %% [markdown]
# With the constant rate 0.3 the loss soon stays where it is and trembles. With 0.003 it does not tremble, but it is still on its way. A
# rate that begins large and falls has both: the way is short, and the noise dies down. Such a series $\eta_0, \eta_1, \dots$ is a
# *schedule*. Move $k$ and the settings. What does the *warm-up* do? It is used where the first steps from a random start are not to be
# trusted.

# %%
Schedules(rate=0.3)

# %% [markdown]
# Every schedule can be given to `train` or to `descend` in place of a number. Even without any noise it can help: the rate 1.05 diverges on
# our parabola, but if it falls, the way settles down.

# %%
for rate in (1.05, cosine(1.05, steps=20)):
    print(*(f"{p:6.2f}" for p in descend(square, 4, rate, steps=20).points[::2]))

# %%
Exercise(
    "learning_rate_schedule",
    hints=[
        "Which of the three steps lie within the warm-up, and which after it?",
        r"In the warm-up the rate is $\eta_0\,(k + 1)/4$. After it the $k$ of the formula counts from its end: subtract 4.",
        r"$\eta_0$ (the first) is $0.2 \cdot 1/4$, $\eta_2 = 0.2 \cdot 3/4$, and $\eta_{14} = 0.2\, e^{-0.1 \cdot 10}$.",
    ],
)

# %% [markdown]
# ## Exercises
#
# **1.** Two parameters, two steps, two rates.

# %%
Exercise(
    "descent_with_rates",
    hints=[
        "Each parameter has its own slope: differentiate L by p while q stays as it is, and the other way round.",
        r"$p_1 = p_0 - \eta_1 \cdot 2 p_0$ and $q_1 = q_0 - \eta_1 \cdot 6 q_0$. Then take the second rate, at the new point.",
        r"$p_1 = 2 - 0.1 \cdot 4$, $q_1 = 1 - 0.1 \cdot 6$, $L_1 = p_1^2 + 3 q_1^2$; then again from there with 0.05.",
    ],
)

# %% [markdown]
# **2.** The constant in $O(1/k)$, measured.

# %%
Exercise(
    "convergence_bound",
    hints=[
        "First make the three steps, with the slope 2p. For alpha, look at all three values, not only at the last.",
        r"$F_k \le \alpha/k$ means $k F_k \le \alpha$. This has to hold for $k = 1, 2, 3$ at once.",
        r"$p_k = 0.8\, p_{k-1}$, so $F_k = 4 \cdot 0.64^k$; and $\alpha = \max(F_1, 2 F_2, 3 F_3)$.",
    ],
)

# %% [markdown]
# **3.** Write the loop yourself.

# %%
Exercise(
    "write_descent",
    hints=[
        "What happens once in every step? Put it into a loop over the number of steps.",
        r"The slope of $a\,(x - c)^2$ is $2a\,(x - c)$, and a step subtracts rate times the slope at the present $x$.",
        "for _ in range(steps):\n    x = x - rate*2*a*(x - c)",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - $p_k = p_{k-1} - \eta_k \nabla F(p_{k-1})$, the same for one parameter and for a million.
# - On $a\,(x - c)^2$ a step multiplies the distance by $1 - 2a\eta$: it creeps, swings, or diverges for $\eta > 1/a$. The steepest
#   direction sets the limit.
# - Descent ends in the valley in which it starts, and a stopping rule cannot tell *arrived* from *stuck*.
# - For convex $F$ and $\eta \le 1/L$ the error is at most a constant divided by $k$.
# - With noisy gradients a constant rate trembles in the end; a falling one settles down.
#
# Next: [a toy graph by hand](05_a_toy_graph.ipynb). How is a gradient computed if the function is a chain of many small ones?

# %%
MyWork("my_work_04.json")
