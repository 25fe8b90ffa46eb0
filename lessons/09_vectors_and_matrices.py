# %% [markdown]
# # 9. Vectors and matrices: all weights in one line
#
# In lesson 8 you wrote one line for each of seven parameters. A small network that reads pictures of 28 by 28 pixels with 100 neurons has
# 78,400 weights in its first layer alone. Nobody writes 78,400 lines, and nobody differentiates them one by one. How can *one* line be
# differentiated by *all* of its weights, and how do you see that the result can be right?
#
# You need lesson 6 (chains and gates), lesson 8 (a network by hand), and the product of a matrix and a vector. About 35 minutes.

# %%
import numpy as np

from derive import Dense, Network, identity, sigmoid
from derive.components import Components
from derive.errors import ShapeError
from derive.grading import Task
from derive.matrix_graph import check_shape
from derive.widgets import Curve, Exercise, MyWork, NetworkFigure, Stepper

# %% [markdown]
# ## One line, read two ways
#
# Take the simplest function of a matrix that gives a number: multiply a vector by $W$ and take the squared length of what comes out,
# $f = \lVert W x \rVert^2$. Written entry by entry, with $q = W x$ in between, it is

# %%
f = Components(["q_i = sum(W_ij*x_j, j)", "f = sum(q_i^2, i)"])
print(f)

# %% [markdown]
# Two habits of this notation are worth saying aloud. An index on the left, such as $i$, is *free*: the line is meant for each of its
# values. An index under a sum, such as $j$, is *bound*: it runs through all of its values, and another letter would do as well.
#
# From here on $W$ has 2 rows and 3 columns. **Predict** before you look further: how many numbers does the derivative of $f$ by $W$
# consist of, and in which shape would you write them?

# %%
W = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 1.0]])
x = np.array([1.0, 2.0, 3.0])
g = f.graph()
value = g.forward(W=W, x=x)
gradients = g.backward()

# %%
Exercise(
    Task.pick(
        "Prediction: the shape of df/dW",
        ["one number", "2 x 3", "3 x 2", "2 numbers, as q has"],
        " x ".join(map(str, np.shape(gradients["W"]))),
        why={
            "one number": "f is one number, but it changes at another rate with every entry of W",
            "3 x 2": "the number of entries is right; but an update W - eta dW needs the shape of W",
            "2 numbers, as q has": "there is a derivative for each of the six entries of W",
        },
        statement="W has 2 rows and 3 columns, and f is a number. The derivative of f by W is ...",
    )
)

# %% [markdown]
# Each entry of $W$ has a derivative of its own, and we put it in the place of its entry. So **a gradient has the shape of its variable**.
# Everything in this lesson leans on this sentence.
#
# ## One entry at a time
#
# Start with a single weight, the first one of the first row. Call it $w$ and leave the other five as they are. Then $q_1 = w x_1 + 2 x_2$
# and $q_2 = x_3 - x_2$.
#
# - Read the slope in the formula: which part is $q_1$? Where did $q_2$ go?
# - Set $x_1$ to 0. Why is the curve flat now?
# - Change $x_2$ only. It is not multiplied by $w$: why does the slope change all the same?

# %%
Curve(
    "(w*x1 + 2*x2)^2 + (x3 - x2)^2",
    "w",
    x=(-6, 4),
    at=1,
    parameters={"x1": (-3, 3, 1), "x2": (-3, 3, 2), "x3": (-3, 3, 3)},
    title="f over one entry of W",
)

# %% [markdown]
# The slope is $2\,q_1\,x_1$, with $x_1$ the input that $w$ is multiplied by, and $q_1$ the row that $w$ stands in. Six such figures would
# give all six entries. But all of them look alike, so one calculation with *letters* for row and column must do.
#
# ## The indicator
#
# What is the derivative of $x_k$ by $x_j$? It is 1 if both are the same entry, and otherwise 0. Write $[j = k]$ for this: the
# *indicator*, 1 where the statement in brackets is true. Its numbers are those of the unit matrix, and what it does in a sum is simple.
# Nearly all terms are multiplied by 0:
#
# $$\sum_k g_k\,[j = k] = g_j$$
#
# The sum *collapses*: the indicator picks one term, and the bound index $k$ is replaced by $j$. See it in numbers:

# %%
chosen = np.array([7, -2, 5])
indicator = np.eye(3, dtype=int)  # [j = k] in row j and column k
for j in range(3):
    terms = [f"{one}*({gk})" for gk, one in zip(chosen, indicator[j], strict=True)]
    print(" + ".join(terms), "=", indicator[j] @ chosen)

# %% [markdown]
# An entry of a matrix has two indices, so its indicator has two factors: the derivative of $W_{kp}$ by $W_{ij}$ is $[i = k]\,[j = p]$.
# **Predict** what becomes of the double sum $\sum_k \sum_p g_k\,x_p\,[i = k]\,[j = p]$.

# %%
g_k, x_p = np.array([7.0, -2.0]), np.array([1.0, 2.0, 3.0])
double_sum = np.einsum("k,p,ik,jp->ij", g_k, x_p, np.eye(2), np.eye(3))
options = {
    "g_i x_j": np.outer(g_k, x_p),
    "g_j x_i": np.outer(x_p, g_k),
    "the sum of all g_k x_p": g_k.sum() * x_p.sum(),
}

# %%
Exercise(
    Task.pick(
        "Prediction: a double sum with two indicators",
        [*options, "g_k x_p"],
        next(name for name, array in options.items() if np.array_equal(array, double_sum)),
        why={
            "g_j x_i": "i takes the place of k, and g has the index k",
            "the sum of all g_k x_p": "nearly all terms are multiplied by 0",
            "g_k x_p": "k and p are bound by the sums; only i and j can be left",
        },
        statement="The sum over k and p of g_k x_p [i = k] [j = p] is ...",
    )
)

# %% [markdown]
# ## The derivative, index by index
#
# Now the whole calculation. First by $q$, where the sum has one indicator. Try to say each line before you open it.

# %%
Stepper(f.backprop().derivation("q"), title="The derivative by q")

# %% [markdown]
# Then by $W$, with numbers below each line: they are those of the entry in row 1 and column 2, so $i = 1$ and $j = 2$. Find the line in
# which both sums collapse.

# %%
Stepper(f.backprop().derivation("W"), at={"W": W, "x": x}, indices={"i": 1, "j": 2}, title="By W")

# %% [markdown]
# By $x$ only one indicator comes up, and one sum survives. Which one, and over which index of $W$ does it run?

# %%
Stepper(f.backprop().derivation("x"), at={"W": W, "x": x}, indices={"j": 2}, title="By x")

# %% [markdown]
# ## Back to arrays
#
# Read the three results as arrays. $2 q_i$ is the vector $2q$. $2 q_i x_j$ has a row for each $q_i$ and a column for each $x_j$: a column
# times a row, $2\,q\,x^T$. And $2 \sum_i W_{ij} q_i$ runs over the *first* index of $W$, down a column: this is $W^T$ times $q$. Here is
# the same from the program:

# %%
print(f.backprop().unicode(form="matrix"))

# %% [markdown]
# Now the numbers. The gradients on the left come from the graph of $f$, those on the right from the three formulas. The entry that you
# moved in the figure is the first one of $\partial f/\partial W$.

# %%
q = W @ x
formulas = {"q": 2 * q, "W": 2 * np.outer(q, x), "x": 2 * W.T @ q}
print("f =", value)
for name, formula in formulas.items():
    print(f"df/d{name}:", np.asarray(g.gradient(name)).tolist(), "formula:", formula.tolist())

# %% [markdown]
# ## The shape check
#
# Suppose you have forgotten the formula for $\partial f/\partial W$ and remember only that it has a $q$ and an $x$ in it. Then the shapes
# give it back: $q$ has 2 entries, $x$ has 3, and 2 by 3 comes out of $q\,x^T$ alone. The check costs nothing, and it finds many mistakes.

# %%
for told, candidate in {"2 q x^T": 2 * np.outer(q, x), "2 x q^T": 2 * np.outer(x, q)}.items():
    try:
        check_shape(candidate, W, "W")
        print(told, "fits")
    except ShapeError as problem:
        print(told, "does not fit:", problem.what)

# %% [markdown]
# It does not find all of them. **Predict:** let $W$ be square, 3 by 3. Somebody writes $2 W q$ for $\partial f/\partial x$, somebody else
# forgets the 2 and writes $W^T q$. Whom does the shape check stop?

# %%
S = np.array([[1.0, 2.0, 0.0], [0.0, -1.0, 1.0], [3.0, 0.0, 1.0]])
r = S @ x
candidates = {"2 W q": 2 * S @ r, "W^T q": S.T @ r, "2 W^T q": 2 * S.T @ r}
stopped = [told for told in ("2 W q", "W^T q") if candidates[told].shape != x.shape]

# %%
Exercise(
    Task.pick(
        "Prediction: what the shape check stops",
        ["2 W q", "W^T q", "both", "none of them"],
        {0: "none of them", 1: (stopped or [""])[0], 2: "both"}[len(stopped)],
        why={
            "2 W q": "W and its transpose have the same shape if W is square",
            "W^T q": "a factor changes the numbers, not the shape",
            "both": "work out the shape of each: a 3 by 3 matrix times 3 numbers",
        },
        statement="W is 3 by 3, and df/dx = 2 W^T q. Which of two mistakes has a wrong shape?",
    )
)

# %% [markdown]
# So the shape is a necessary condition, and the numbers have the last word: change each entry of $x$ a little and see what $f$ does.

# %%
h = 1e-6
changes = [sum((S @ (x + h * e)) ** 2) - sum((S @ (x - h * e)) ** 2) for e in np.eye(3)]
print("measured", np.round(np.array(changes) / (2 * h), 4).tolist())
for told, candidate in candidates.items():
    print(f"{told:8}", candidate.tolist())

# %% [markdown]
# ## A network in one line
#
# A network with 3 inputs, 2 hidden neurons and one output is now a single line,
#
# $$f = v \cdot \sigma(W x + c) + b,$$
#
# with $W$ of shape 2 by 3, two vectors $v$ and $c$ of 2 numbers, and a number $b$. (Where all biases are called $b$, this $c$ is $b^h$,
# the bias of the hidden layer.) Its graph has whole arrays on the edges: above each edge stands a shape, below it what flows back, with
# $G$ for the gradient that arrives at the gate.

# %%
lines = ["z_i = sum(W_ij*x_j, j) + c_i", "h_i = sigma(z_i)", "f = sum(v_i*h_i, i) + b"]
model = Components(lines, W=(2, 3))
model.graph()

# %% [markdown]
# Follow the lower line from right to left. At the gate "$@$", the product of matrix and vector, you meet two products from above:
# $G\,x^T$ goes to $W$ and $W^T G$ to $x$. With $G = 2q$ they are the gradients of $\lVert W x \rVert^2$. The gate does not care where $G$
# comes from.
#
# The same function gate by gate, with a node for every entry, looks like this:

# %%
model.graph("scalar")

# %% [markdown]
# Both are the same calculation. The first drawing stays as it is when the layers become wider.
#
# Only one step of the backward pass is new, the one through $\sigma$. It acts on each entry by itself, so there is again an indicator,
# and the product is taken entry by entry. This is written $\odot$.

# %%
Stepper(model.backprop().derivation("z"), title="The derivative by z")

# %%
print(model.backprop().unicode(form="matrix"))

# %% [markdown]
# Seven lines for any number of neurons. (The one for $h$ is used by the one for $z$, and this one by the next three.) Are they the same
# as the gradients of the graph with a node for every entry?

# %%
rng = np.random.default_rng(9)
at = {name: rng.normal(size=shape) for name, shape in {"W": (2, 3), "x": 3, "c": 2, "v": 2, "b": ()}.items()}
arrays, entries = model.graph(), model.graph("scalar")
print("f =", round(arrays.forward(at), 6), "and", round(entries.forward(at), 6))
whole = arrays.backward()
entries.backward()
for name in ("W", "c", "v", "b"):
    single = np.asarray(entries.gradient(name), dtype=float)
    equal = np.isclose(whole[name], single, rtol=1e-12)
    print(f"df/d{name}: {equal.sum()} of {equal.size} entries are equal")
print("df/dW =", np.round(whole["W"], 4).tolist())

# %% [markdown]
# ## Every entry is a product of two numbers
#
# Here is a network of this shape with numbers in it, and a squared error behind it. The names are those of the next lesson: $w^1$ for
# $W$, $b^1$ for $c$, $w^2$ for $v$, and $\delta^1$ for the derivative by $z^1$. Switch *backward* on.
#
# - Go through the three weights of the first hidden neuron. Which factor do their derivatives share? Which one changes?
# - Stay at the same input and change the neuron. Which factor stays now?
# - Move a weight of the hidden layer. Do the derivatives of the *other* neuron's weights change?

# %%
net = Network(3, Dense(2, sigmoid), Dense(1, identity))
hidden = {"w1": [[0.5, -1.0, 0.8], [1.2, 0.4, -0.6]], "b1": [0.1, -0.3]}
NetworkFigure(net, {**hidden, "w2": [[1.5, -2.0]], "b2": [0.5]}, x=[1.0, 2.0, -0.5], y=[1.0])

# %% [markdown]
# A row of $\partial C/\partial w^1$ shares $\delta^1_j$, a column shares $x_k$: the matrix is $\delta^1 x^T$. It is a whole table of
# products from two short lists, and it is the reason why a gradient costs so little. The neurons still hear of each other: a weight of
# one changes the output, so the error $\delta^2$, and with it the derivatives of all.

# %% [markdown]
# ## Layers of any size
#
# A layer is a matrix and a vector, and a network is a list of layers. In a network 3-4-5 three inputs go to four neurons, and their
# outputs to
# five more. **Before you look:** which shapes have $w^1$, $b^1$, $w^2$ and $b^2$? And how many numbers are that?

# %%
NetworkFigure([3, 4, 5])

# %% [markdown]
# A row for each neuron, a column for each of its inputs: $w^l$ has the shape $n_l \times n_{l-1}$, and $b^l$ has $n_l$ entries, whatever
# the sizes
# are. The network itself says the same:

# %%
print(Network.dense(3, 4, 5).shapes)

# %% [markdown]
# ## Exercises
#
# **1.** The squared length, index by index and in matrices.

# %%
Exercise(
    "norm_of_a_product",
    hints=[
        "Differentiate with letters: which entries are the same one? Write an indicator, and let the sum collapse.",
        r"$\partial W_{ip}/\partial W_{jk} = [i = j]\,[p = k]$. Then: which product has the shape?",
        r"$\frac{\partial f}{\partial q_j} = 2 q_j$, $\frac{\partial f}{\partial W_{jk}} = 2 q_j x_k$, so $2\,q\,x^T$; and $2\,W^T q$.",
    ],
)

# %% [markdown]
# **2.** Shapes in a network of other sizes.

# %%
Exercise(
    "layer_shapes",
    hints=[
        "How many numbers go into the layer, and how many come out? Each number that comes out has a row.",
        r"In $z = w a + b$ the matrix has as many rows as $z$ has entries, and as many columns as $a$ has.",
        r"$w^1$ is 4 by 3 and $w^2$ is 5 by 4; $\delta^1$ has the 4 entries of $z^1$, $\delta^2$ the 5 of $z^2$.",
    ],
)

# %% [markdown]
# **3.** A network in matrices: three gradients without a single index.

# %%
Exercise(
    "vectorised_graph",
    hints=[
        r"Go backward from $\delta^2$: what does a product $w a$ send back to the matrix, and what to the vector?",
        r"With $G$ for what arrives: $G\,a^T$ goes to the matrix, $w^T G$ to the vector. Through $\sigma$ goes $G \odot \sigma'(z)$.",
        r"$\delta^2 (a^1)^T$; $\;\delta^1 = ((w^2)^T \delta^2) \odot \sigma'(z^1)$; $\;\delta^1 x^T$",
    ],
)

# %% [markdown]
# **4.** Any number of layers as code: a class that runs a network forward, one matrix product a layer.

# %%
Exercise(
    "write_network",
    hints=[
        "What goes into the second layer is what comes out of the first: a loop over the layers, with one variable.",
        r"One layer is $a^l = \sigma(w^l a^{l-1} + b^l)$.",
        "for w, b in self.layers: x = 1/(1 + np.exp(-(w @ x + b)))",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - A gradient has the shape of its variable. The check costs nothing; what passes it can still be wrong.
# - The derivative of an entry by an entry is an indicator, and a sum with an indicator collapses to one term.
# - A product $q = W x$ sends $G\,x^T$ back to $W$ and $W^T G$ back to $x$, whatever $G$ is.
# - A function that acts on each entry sends back $G \odot$ its slope.
# - Array formulas and single entries are the same calculation, written at two lengths.
#
# Next: [the four equations](10_the_four_equations.ipynb). With these pieces, backpropagation through any number of layers is four lines.

# %%
MyWork("my_work_09.json")
