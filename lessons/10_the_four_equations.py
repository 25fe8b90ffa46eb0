# %% [markdown]
# # 10. The four equations: every slope for the price of two passes
#
# A small network that reads handwritten digits has 784 inputs, 30 hidden neurons and 10 outputs. To learn, it needs the slope of the loss
# by *every* weight and *every* bias, again and again. How many are these, and do you have to try them out one by one?
#
# You need $\delta$ of one neuron (lesson 7), a network computed by hand (lesson 8), and matrices in index form (lesson 9). About 40
# minutes, and a quarter of an hour more if you write the program of the last exercise.

# %%
import time

import numpy as np
from IPython.display import Latex, display
from sympy import symbols

from derive import Network, check
from derive.counting import count_operations, count_parameters, memory, readable_bytes, species_table
from derive.grading import Task
from derive.operations import cost_table
from derive.widgets import Exercise, MyWork, NetworkFigure, Stepper

# %%
digits = Network.dense(784, 30, 10)
print(f"{count_parameters(digits):,} weights and biases")

# %% [markdown]
# ## Nudge one weight
#
# The honest way to find a slope: change one weight a little, run the network again, and see how much the loss changed. Try this on a
# network that is small enough to be drawn: 2 inputs, layers of 3 and of 2 neurons, 1 output. All neurons are sigmoid neurons.
#
# **Before you move anything:** you change $w^1_{11}$, the weight from input 1 to neuron 1 of the first layer. Which outputs of neurons
# change?

# %%
Exercise(
    Task.pick(
        "Prediction: who notices?",
        ["only neuron 1 of layer 1", "neuron 1 of layer 1, and all of layer 2 and layer 3", "all neurons of all layers"],
        "neuron 1 of layer 1, and all of layer 2 and layer 3",
        why={
            "only neuron 1 of layer 1": "its output is an input of every neuron of layer 2",
            "all neurons of all layers": "the other neurons of layer 1 do not see this weight, and not the output of neuron 1 either",
        },
    ),
    hints=[
        "Follow the lines in the figure below: where does the output of this neuron go?",
        r"A neuron changes if its $z$ does, and $z^2_j = \sum_k w^2_{jk} a^1_k + b^2_j$ contains every $a^1_k$.",
        r"$a^1_1$ changes, so $z^2_1$ and $z^2_2$ do, and then $z^3_1$. But $a^1_2$ and $a^1_3$ are computed from the inputs alone.",
    ],
)

# %% [markdown]
# - Move *its value* a little, by 0.05 or 0.1. The rings show what has changed. Compare $\Delta C$ with the change that the slope foretells.
# - Now move it far. When does the forecast fail, and why must it?
# - Switch *backward* on, and go from weight to weight with the arrow keys. Which $\delta$ is used for which weights?

# %%
small = Network.dense(2, 3, 2, 1)
p = {name: np.round(array, 1) for name, array in small.init(131, "nielsen").items()}
x, y = [1.0, 0.5], [1.0]
NetworkFigure(small, p, x, y)

# %% [markdown]
# The slope is a promise for *small* nudges only: the loss is no straight line. Compute such a forecast once yourself, on a network that
# is a chain of two neurons.

# %%
Exercise(
    "nudge_a_weight",
    hints=[
        r"Run the chain twice: with the old $w_1$ and with the new one. For the forecast you need $\frac{dC}{dw_1}$ at the old $w_1$.",
        r"$\frac{dC}{dw_1} = (z_2 - y)\, w_2\, a_1 (1 - a_1)\, x$, one factor for each link; the forecast is this times the nudge.",
        r"predicted $= (z_2 - y)\, w_2\, a_1(1 - a_1)\, x \cdot \Delta w_1$, with the old $a_1 = \sigma(w_1 x)$ and $z_2 = w_2 a_1$.",
    ],
)

# %% [markdown]
# ## One number for each neuron
#
# In the figure, the purple numbers below the neurons were enough to get the slope of every weight. They are called the *errors*:
#
# $$\delta^l_j = \frac{\partial C}{\partial z^l_j}$$
#
# Suppose somebody adds a small $\Delta$ to the sum $z^l_j$ of one neuron, before it goes through $\sigma$. The loss then changes by about
# $\delta^l_j \Delta$. Where $\delta = 0$, a small change makes practically no difference.
#
# Four equations give all errors and from them all slopes. Here they are for a network of three layers. A layer is counted if it has
# weights; the inputs are layer 0 and are not counted. The sizes are symbols, $n_0, \dots, n_3$: what follows holds for *any* sizes. First
# the network, then what follows from it:

# %%
net = Network.dense(*symbols("n0:4"))
display(net.equations)

# %%
bp = net.backprop()
display(bp)

# %% [markdown]
# You now open each of them, line by line. Say the rule before you look.
#
# ## BP1: the error of the output layer
#
# $C$ contains $a^3_j$, and $a^3_j = \sigma(z^3_j)$. Start from the chain rule. It says: go through *everything* that depends on $z^3_j$,
# so there is a sum over all $a^3_k$. What remains of the sum?

# %%
Stepper(bp.derivation("z3"))

# %% [markdown]
# The indicator $[j = k]$ is 1 where $j = k$ and 0 elsewhere, as in lesson 9. Now the same for another loss or another curve:

# %%
Exercise(
    "bp1_output_error",
    variant=1,
    hints=[
        "Two links: from the loss back to the output, and from the output back to its sum.",
        r"$\delta^2_j = \frac{\partial C}{\partial a^2_j}\, \tanh'(z^2_j)$. There is no $\tfrac12$ in this loss.",
        r"$\delta^2_j = 2 (a^2_j - y_j)\, \tanh'(z^2_j)$, and for the whole layer $2 (a^2 - y) \odot \tanh'(z^2)$.",
    ],
)

# %% [markdown]
# ## BP2: the error of a hidden layer
#
# **Before you open it:** $a^2_j$ is an input of *every* neuron of layer 3. So along how many ways does it act on $C$, and what happens to
# the slopes along these ways?
#
# First from the errors of layer 3 back through the weights:

# %%
Stepper(bp.derivation("a2"))

# %% [markdown]
# Look at the indices of the result: forward it was $w^3_{jk} a^2_k$, a sum over the *second* index. Here the sum runs over the *first* one,
# $w^3_{kj} \delta^3_k$. In matrices this is the transpose. Then back through the curve of the neuron:

# %%
Stepper(bp.derivation("z2"))

# %% [markdown]
# ## BP4 and BP3: from errors to slopes
#
# A weight $w^2_{jk}$ acts on one sum only, $z^2_j$, and there it is multiplied by $a^1_k$. What will be its slope? A bias is the weight
# of a constant 1: what will be *its* slope?

# %%
Stepper(bp.derivation("w2"))

# %%
Stepper(bp.derivation("b2"))

# %% [markdown]
# ## Is every step right?
#
# You need not trust these lines. Each step is checked: by its structure (every path is in the sum, no term is lost), or by an exact
# computation in which both sides are written out for small sizes and compared as formulas. Here are the proofs for BP2, and the number of
# steps that are checked in all, for one sample and for a batch:

# %%
for proof in bp.derivation("z2").verify():
    print(proof)
print(len(bp.verify()), "steps checked, all right")

# %% [markdown]
# ## Whole layers at once
#
# Programs compute with vectors and matrices. $w^2$ has $n_2$ rows and $n_1$ columns, $\delta^2$ has $n_2$ entries and $a^1$ has $n_1$;
# vectors are columns. **Predict from the shapes alone:** which product is $\partial C/\partial w^2$?

# %%
Exercise(
    Task.pick(
        "Prediction: BP4 with matrices",
        ["a1 (delta2)^T", "delta2 (a1)^T", "(delta2)^T a1"],
        "delta2 (a1)^T",
        why={
            "a1 (delta2)^T": "this has n1 rows and n2 columns, and a gradient has the shape of its variable",
            "(delta2)^T a1": "a row times a column is a number at best, and only if n1 = n2",
        },
    ),
    hints=[
        "A gradient has the shape of its variable.",
        "A column of p entries times a row of q entries is a matrix with p rows and q columns.",
        r"$n_2$ rows and $n_1$ columns: the column must be $\delta^2$, the row $(a^1)^T$.",
    ],
)

# %%
Latex(bp.latex(form="matrix"))

# %% [markdown]
# $\odot$ multiplies entry by entry. These are the four equations as you find them in books: BP1 for the last layer, BP2 from each layer
# to the one below, BP3 and BP4 in every layer.
#
# ## The algorithm
#
# 1. **Input.** Set $a^0 = x$.
# 2. **Forward.** For $l = 1, 2, \dots, L$ compute $z^l = w^l a^{l-1} + b^l$ and $a^l = \sigma(z^l)$, and keep both.
# 3. **Output error.** Compute $\delta^L$ with BP1.
# 4. **Backward.** For $l = L-1, \dots, 1$ compute $\delta^l$ from $\delta^{l+1}$ with BP2.
# 5. **Slopes.** Read off $\partial C/\partial b^l = \delta^l$ (BP3) and $\partial C/\partial w^l = \delta^l (a^{l-1})^T$ (BP4) in every
#    layer.
#
# The order matters: step 4 needs the $z^l$ of step 2, and each $\delta$ needs the one above it. Here is the program that was made of the
# equations. It takes many samples at once, one in each row, and so the matrices stand on the other side. Its loss is the mean over these
# $m$ samples: it has `2*m` below where the loss of one sample has 2, and so BP1 gains a factor $1/m$. Find the five steps in it:

# %%
f = small.compile()
print(f.source)

# %% [markdown]
# Run it with the numbers of the figure. You should find the purple numbers again:

# %%
values = f.trace(p, [x], [y])
for name in ("a3", "C", "delta3", "delta2", "delta1", "dw1"):
    print(name, "=", np.round(values[name], 5).tolist())

# %% [markdown]
# And an independent check: the same gradients by four ways. *By hand* is a loop over the four equations that somebody wrote without
# looking at the generated code; the other two do not know backpropagation at all.

# %%
print(check(small, rng=0))

# %% [markdown]
# ## What it saves
#
# The other way is to nudge every parameter, one after the other. It is short to write, and it is right up to the size of the nudge:

# %%
wide = Network.dense(64, 30, 10)
f, p, rng = wide.compile(), wide.init(0), np.random.default_rng(0)
X, Y = rng.normal(size=(10, 64)), rng.random((10, 10))


def cost(p):
    return ((f.predict(p, X) - Y) ** 2).sum() / (2 * len(X))


def by_nudging(p, h=1e-6):
    slopes, before = {}, cost(p)
    for name, array in p.items():
        slopes[name] = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            kept = array[place]
            array[place] = kept + h
            slopes[name][place] = (cost(p) - before) / h
            array[place] = kept
    return slopes


# %% [markdown]
# **Before you look at the result:** this network has $30 \cdot 64 + 30 + 10 \cdot 30 + 10 = 2260$ parameters. How many times does
# `by_nudging` run the network forward? And how many times longer will it take?

# %%
C, gradient = f.value_and_grad(p, X, Y)  # once before the clock runs, so that everything is loaded
start = time.perf_counter()
slopes = by_nudging(p)
between = time.perf_counter()
C, gradient = f.value_and_grad(p, X, Y)
end = time.perf_counter()
print(f"nudging {1000 * (between - start):.0f} ms, backpropagation {1000 * (end - between):.2f} ms")
print(f"largest difference {max(abs(slopes[n] - gradient[n]).max() for n in p):.1e}")

# %% [markdown]
# Time depends on the machine. Multiplications do not, so count these. Forward, every weight takes part in one product, $w a$. Backward,
# it takes part in one product for its own slope, $\delta a^T$, and in one for the error of the layer below, $w^T \delta$.
#
# **Predict:** how many multiplications does the *whole* gradient of the digit network take, compared with one forward pass?

# %%
cost_of_digits = count_operations(digits)
times = round(cost_of_digits.total / cost_of_digits.forward)

# %%
Exercise(
    Task.pick(
        "Prediction: the price of a gradient",
        ["about 2 times as many", "about 30 times as many", "about 24,000 times as many"],
        f"about {times} times as many",
        why={
            "about 30 times as many": "the number of neurons does not matter: count how often each weight is used",
            "about 24,000 times as many": "that is the price of nudging every parameter",
        },
    ),
    hints=[
        "In how many products does one weight take part, forward and backward together?",
        r"Forward 1, for its slope 1, for the error of the layer below 1; but the inputs of the network need no error.",
        "Nearly all the weights of this network are in its first layer, where the third product is not needed: about 2.",
    ],
)

# %%
print(cost_of_digits)
stored = cost_of_digits.stored()
print(f"{stored} numbers to keep: {stored / cost_of_digits.parameters:.2f} N")

# %% [markdown]
# There is a rule of thumb for $N$ parameters: $2N$ products, $N$ forward and $N$ backward, and $3N$ numbers to keep. It is an estimate.
# Here the graphs of three networks are counted:
#
# - `W a`, `δ aᵀ`, `Wᵀ δ`: products with weights, forward, for the slopes, and for the errors; then their sum, and beside it $2N$;
# - `all`: every multiplication, those of the slopes $\sigma'$ too;
# - `kept`: the numbers that a graph keeps, a value and a gradient for each of its nodes, so that it is more than a program with matrices
#   needs;
# - the last three: multiplications of a forward pass for each weight, of finite differences, and of one formula for each slope in which
#   nothing is shared.

# %%
print(cost_table([Network.dense(2, 3, 1), Network.dense(4, 5, 3), Network.dense(10, 16, 16, 4)]))

# %% [markdown]
# The sum goes from $1.6N$ to $2.5N$ here. It always stays below $3N$: a weight takes part in at most three products, and one of the first
# layer in two. One pass for each weight takes $N$ passes, and a pass itself grows with $N$: for ten times the weights, a hundred times
# the work. This is why backpropagation is what networks with millions of weights are trained with.

# %%
Exercise(
    "cost_of_a_gradient",
    hints=[
        "Forward, each weight is in one product. In which of the two layers is a weight also used to pass an error down?",
        r"A layer from $n$ to $k$ has $nk$ weights. Forward and for the slopes: all weights; for the errors: those of the second layer.",
        "Nudging: one pass for each parameter, biases included, and one more without a nudge, to compare with.",
    ],
)

# %% [markdown]
# ## How large is a network?
#
# A parameter in `float32` takes 4 bytes. How much is it for the digit network, and for a brain, if you count one number for each synapse?
# The synapses are the orders of magnitude of a table that was published, and lesson 14 comes back to this table. They are rough: for the
# roundworm, counts in the literature are nearer to $10^4$.

# %%
print(f"digits: {count_parameters(digits):,} parameters, {readable_bytes(memory(digits))}")
for species, synapses, needed in species_table():
    print(f"{species:>9}: {synapses:.0e} synapses, {needed}")

# %%
Exercise(
    "parameter_count",
    hints=[
        "Each neuron has one weight for each of its inputs, and one bias.",
        r"$w^2$ has a row for each neuron of layer 2, a column for each of layer 1. A layer from $n$ to $k$ has $nk + k$ parameters.",
        "Add both layers; then 4 bytes for each parameter.",
    ],
)

# %% [markdown]
# ## Exercises
#
# **1.** BP2, for a layer that you have not seen yet. Write it in index form first: over which index does the sum run?

# %%
Exercise(
    "bp2_hidden_error",
    variant=4,
    hints=[
        r"Along how many ways does $z^1_j$ act on $C$? Through $a^1_j$, and then through every $z^2_k$.",
        r"$\delta^1_j = \sum_k \delta^2_k \frac{\partial z^2_k}{\partial a^1_j} \frac{\partial a^1_j}{\partial z^1_j}$.",
        r"$\delta^1_j = \left(\sum_k w^2_{kj} \delta^2_k\right) \tanh'(z^1_j)$; "
        r"$\delta^1 = \left((w^2)^T \delta^2\right) \odot \tanh'(z^1)$.",
    ],
)

# %% [markdown]
# **2.** BP3 and BP4.

# %%
Exercise(
    "bp3_bp4_parameters",
    variant=5,
    hints=[
        r"On which sums does $w^1_{jk}$ act, and what is it multiplied by there?",
        r"$\frac{\partial C}{\partial w^1_{jk}} = \delta^1_j \frac{\partial z^1_j}{\partial w^1_{jk}}$, and the same with $b^1_j$.",
        r"$\delta^1_j$ for the bias, $\delta^1_j x_k$ for the weight, and for the matrix $\delta^1 x^T$.",
    ],
)

# %% [markdown]
# **3.** Write backpropagation yourself. Your function is called with random parameters, and its answer is compared with the derived
# gradient. If it is wrong, you are told in which quantity.

# %%
Exercise(
    "write_backpropagation",
    hints=[
        "Go through the five steps in order. Samples are rows, so a layer forward is A @ w.T + b. Keep every A.",
        r"$\Delta^2 = \frac{1}{m} (A^2 - Y) \odot \sigma'(Z^2)$ and $\Delta^1 = (\Delta^2 w^2) \odot \sigma'(Z^1)$, where "
        r"$\sigma' = a (1 - a)$. Slopes: $(\Delta^l)^T A^{l-1}$, and the sum of $\Delta^l$ over the samples.",
        "D2 = (A2 - Y)*A2*(1 - A2)/m; D1 = (D2 @ p['w2'])*A1*(1 - A1); "
        "g = {'w1': D1.T @ X, 'b1': D1.sum(axis=0), 'w2': D2.T @ A1, 'b2': D2.sum(axis=0)}",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - $\delta^l_j = \partial C/\partial z^l_j$: one number for each neuron carries all that a layer must know of the layers above.
# - BP1 starts at the loss; BP2 goes down one layer, through the transposed weights and then through the slope of the curve.
# - BP3 and BP4: the slope of a weight is the error at its end times the activation at its beginning.
# - One forward and one backward pass give all slopes, for fewer than $3N$ products; nudging takes $N + 1$ passes.
# - The equations hold for any sizes, and each of their steps is proved.
#
# Next: [training](11_training.ipynb). You have the gradient: what do learning rate, batch size and width do with it?

# %%
MyWork("my_work_10.json")
