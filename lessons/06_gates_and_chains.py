# %% [markdown]
# # 6. Gates and chains: how a gradient travels back
#
# Nobody writes down the derivative of a network with a million weights as one formula. Still each weight gets its gradient, within one
# pass backward. How can this be, if each gate of the network knows only its own inputs? In this lesson you stand at one gate after the
# other and do its work: it is one multiplication for each input. Then you find out what kinds of gates there are, and what happens where
# a value is used twice.
#
# You need lesson 5 (a graph forward and backward) and lesson 2 (the sigmoid and its slope). About 40 minutes.

# %%
from math import exp

from derive import Graph, derive, sigmoid
from derive.grading import Task
from derive.ways import three_ways
from derive.widgets import Exercise, GraphStepper, MyWork, Stepper

# %% [markdown]
# ## The view from one gate
#
# Stand at a gate that multiplies, $z = x\,y$. On the way forward you saw $x = 3$ and $y = -4$ come in, and sent $-12$ out. What happens
# to it after that, up to the loss $L$, you do not see. On the way back a number arrives from there: $\partial L/\partial z = 2$, the
# *upstream* gradient. It is all that you need to know of the rest of the network.
#
# You know your own derivatives, the *local* ones: $\partial z/\partial x = y$ and $\partial z/\partial y = x$.

# %%
gate = Graph.from_equations(["z = x*y", "L = 2*z"])
gate.forward(x=3, y=-4)

# %%
Exercise(
    Task.pick(
        "Prediction: what the gate sends back to y",
        ["3", "5", "6", "-8"],
        f"{gate.backward()['y']}",
        why={
            "3": "this is the local derivative alone: what does L do with z?",
            "5": "along a chain derivatives are multiplied, not added",
            "-8": "this goes to x: the derivative of x y by x is y",
        },
        statement="z = x y with x = 3 and y = -4, and dL/dz = 2. What is dL/dy?",
    )
)

# %% [markdown]
# So the work of a gate is, for each of its inputs,
#
# $$\underbrace{\frac{\partial L}{\partial x}}_{\text{gradient}} = \underbrace{\frac{\partial L}{\partial z}}_{\text{upstream}} \cdot
# \underbrace{\frac{\partial z}{\partial x}}_{\text{local}}$$
#
# The product is then the upstream gradient of the gate before it. That is the whole chain rule on a graph. Open it in symbols, for a gate
# that is followed by a square:

# %%
Stepper(["z = x*y", "L = z^2"], "x", at={"x": 3, "y": -4}, title="A gate and what follows it")

# %% [markdown]
# ## A neuron, gate by gate
#
# Here is the neuron of lesson 2 with two inputs. Its sigmoid is written out, so that there is nothing but simple gates:
#
# $$f = \frac{1}{1 + e^{-(w_0 x_0 + w_1 x_1 + w_2)}}$$
#
# The results in between have names: $s$ is the weighted sum, and then $n = -s$, $p = e^n$, $u = 1 + p$, $f = 1/u$. ($w_2$ is the bias.)
#
# **Predict,** without computing gradients: $w_1$ is multiplied by $x_1 = -2$. If $w_1$ grows a little, does the output $f$ grow?

# %%
equations = ["s = w0*x0 + w1*x1 + w2", "n = -s", "p = e^n", "u = 1 + p", "f = 1/u"]
numbers = {"w0": 2, "x0": -1, "w1": -3, "x1": -2, "w2": -3}

neuron = Graph.from_equations(equations)
neuron.forward(numbers)
gradients = neuron.backward()

# %%
Exercise(
    Task.pick(
        "Prediction: the sign of a gradient",
        ["it grows", "it falls", "it does not change"],
        "it grows" if gradients["w1"] > 0 else "it falls" if gradients["w1"] < 0 else "it does not change",
        why={
            "it grows": "the sigmoid grows with s; but does s grow, if w1 grows and is multiplied by -2?",
            "it does not change": "it would be so if x1 were 0, or if the sigmoid were quite flat",
        },
        statement="w0 = 2, x0 = -1, w1 = -3, x1 = -2, w2 = -3. If w1 grows a little, what does f do?",
    )
)

# %% [markdown]
# Now go through it. On the way back, look at each gate **before** you press *Next*, and work out yourself what it will send on: the
# upstream number is already in the picture. A few local derivatives to help you: that of $1/u$ is $-1/u^2$, that of $e^n$ is $e^n$
# itself, that of $-s$ is $-1$.
#
# - Which two lines in a row carry the same gradient, about $-0.53$? Why?
# - Between $n$ and $s$ the gradient goes from about $-0.20$ to $0.20$. Which gate was it?
# - When all is done, move $w_2$ far up and far down. What happens to all gradients at once? (Lesson 2 had a word for it.)

# %%
GraphStepper(
    equations,
    numbers,
    sliders={"w1": (-6, 6), "w2": (-6, 6)},
    fold=False,
    title="A neuron, gate by gate",
)

# %% [markdown]
# The same backward pass as the program makes it, a gate at a time:

# %%
for step in neuron.backward_steps():
    print(step)

# %% [markdown]
# And all values and gradients in one table:

# %%
print(neuron)

# %% [markdown]
# Look at the gradients of the five variables. Those of the weights are $x_0$, $x_1$ and 1 times one number, $0.1966$; those of the inputs
# are $w_0$ and $w_1$ times the same number. It is the gradient that arrives at $s$. In lesson 7 it gets a name.
#
# ## How large is a gate?
#
# Nobody says that a gate must be as small as that. The four gates from $s$ to $f$ together are the sigmoid, and for the sigmoid you have a
# derivative already. Here are the four links as a product:

# %%
Stepper(equations[1:], "s", at={"s": 1}, title="Four small gates in a row")

# %% [markdown]
# The last line is $e^n/u^2$. Since $f = 1/u$ and $1 - f = (u - 1)/u = e^n/u$, it is the same as
#
# $$\frac{\partial f}{\partial s} = f\,(1 - f).$$
#
# That was the slope of the sigmoid in lesson 2. So the four gates can be *folded* into one, with this local derivative.
#
# **Predict:** what will change for $w_0$?

# %%
small = neuron.fold(sigmoid)
small.forward(numbers)
difference = abs(small.backward()["w0"] - gradients["w0"])

# %%
Exercise(
    Task.pick(
        "Prediction: four gates become one",
        ["its gradient gets larger", "its gradient gets smaller", "its gradient stays the same", "it has no gradient any more"],
        "its gradient stays the same" if difference < 1e-12 else "it changes",
        why={
            "its gradient gets larger": "the function of w0 is the same as before; only the drawing is coarser",
            "its gradient gets smaller": "the local derivative of the large gate is the product of the four small ones",
            "it has no gradient any more": "what is inside the gate is hidden; w0 is still outside of it",
        },
        statement="The sigmoid is folded into one gate. What happens at w0?",
    )
)

# %% [markdown]
# Switch *fold the activation* on and off, at the beginning, in the middle and at the end. Which nodes disappear? Do the numbers on the
# others change? With the sigmoid folded, press *Back* to the step at which it is passed, and read its local derivative.

# %%
GraphStepper(
    equations,
    numbers,
    sliders={"w2": (-6, 6)},
    title="The sigmoid as one gate, folded and unfolded",
)

# %% [markdown]
# How fine a graph is drawn is a matter of taste and of cost: the folded one does fewer operations, and needs to keep fewer numbers. With
# the one gate, the backward pass of the neuron is so short that you can write it down at once:

# %%
w0, x0, w1, x1, w2 = 2, -1, -3, -2, -3
f = 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))

d_s = f * (1 - f)  # one gate
by_hand = {"w0": d_s * x0, "x0": d_s * w0, "w1": d_s * x1, "x1": d_s * w1, "w2": d_s}

folded = small.backward()
print("     by hand   eight gates   folded")
for name, value in by_hand.items():
    print(f"{name}   {value:7.4f}       {gradients[name]:7.4f}  {folded[name]:7.4f}")

# %% [markdown]
# ## Three kinds of gates, three habits
#
# Most gates of a network are sums, products or maxima (the relu is one: $\max(0, z)$). Each of them treats the gradient in its own way.
# Here is a graph with one of each:
#
# $$m = \max(y, z), \qquad s = x + m, \qquad L = s\,w$$
#
# **Predict:** $y = 2$ and $z = -1$.

# %%
habits = ["m = max(y, z)", "s = x + m", "L = s*w"]
at = {"x": 1, "y": 2, "z": -1, "w": 4}
one_of_each = Graph.from_equations(habits)
one_of_each.forward(at)

# %%
Exercise(
    Task.pick(
        "Prediction: the input that was not chosen",
        ["0", "1", "2", "4"],
        f"{one_of_each.backward()['z']}",
        why={
            "1": "a maximum passes on what was chosen; if z grows by a little, is another number chosen?",
            "2": "this would be half of what arrives; but z has no part in the result",
            "4": "this goes to the input that was chosen",
        },
        statement="m = max(y, z), s = x + m, L = s w with x = 1, y = 2, z = -1, w = 4. What is dL/dz?",
    )
)

# %% [markdown]
# Go through all steps. Each gate says what it does with a gradient. Then stay at the last step and play:
#
# - Move $z$ up, past $y$. When does the gradient change its way?
# - Set $z$ to 2, so that $y = z$. What does the figure say, and what do the two inputs get?
# - Move $w$. Which gradients follow it, and which one does not? Then move $x$: which one follows now?

# %%
GraphStepper(
    habits,
    at,
    sliders={name: (-6, 6) for name in "xyzw"},
    title="A maximum, a sum and a product",
)

# %% [markdown]
# - A **sum distributes.** Both local derivatives are 1: each input gets what arrived. The two gradients are equal, however different the
#   inputs are.
# - A **maximum routes.** The larger input has the local derivative 1 and gets everything; the other one gets 0.
# - A **product switches.** Each input gets the upstream gradient times the *other* input. A small input beside a large one gets the large
#   gradient.
#
# At a **tie**, $y = z$, the maximum has no derivative: if $y$ grows, $m$ grows with it; if $y$ falls, $m$ stays. Programs have to return
# something. Here each of the two gets half, and the figure says that it is a tie. Other programs give everything to one of them. In
# symbols:

# %%
Stepper("max(y, z)*w", "y", at={"y": 2, "z": -1, "w": 4}, title="The slope of a maximum")

# %% [markdown]
# The bracket $[y - z > 0]$ is 1 where its condition holds, and 0 where it does not. At the tie it is refused:

# %%
try:
    derive("max(y, z)*w", "y").at({"y": 2, "z": 2, "w": 4})
except ValueError as problem:
    print(problem)

# %% [markdown]
# ## Where a value is used twice
#
# Until now each value went into one gate. Weights of a network often go into several. Take $L = x\,y + x$, in which $x$ is used twice:
#
# $$p = x\,y, \qquad L = p + x$$
#
# With $x = 2$ and $y = 3$ the sum sends 1 to $x$ directly, and 1 to the product, which sends $1 \cdot y = 3$ to $x$.

# %%
branch = Graph.from_equations(["p = x*y", "L = p + x"])
branch.forward(x=2, y=3)

# %%
Exercise(
    Task.pick(
        "Prediction: two gradients arrive",
        ["1", "3", "4", "2"],
        f"{branch.backward()['x']}",
        why={
            "1": "this is the direct way alone",
            "3": "this is the way through the product alone",
            "2": "the mean of the two? If x grows by 0.1, by how much does each term of L grow?",
        },
        statement="At x the numbers 1 and 3 arrive. What is dL/dx?",
    )
)

# %% [markdown]
# Watch how the gradient of $x$ comes about in the last steps of the backward pass. When the first part has arrived, is the gradient of
# $x$ known?

# %%
GraphStepper(
    ["p = x*y", "L = p + x"],
    {"x": 2, "y": 3},
    sliders={"x": (-6, 6), "y": (-6, 6)},
    title="A value that is used twice",
)

# %% [markdown]
# **Gradients add at branches.** A change of $x$ reaches $L$ on two ways at the same time, and both changes add up. In symbols there is one
# product for each way, and a sum over the ways:

# %%
Stepper(
    ["u = x + y", "p = u^2", "q = 3*u", "L = p*q"],
    "u",
    at={"x": 1, "y": 1},
    title="Two ways from u to L",
)

# %% [markdown]
# Forgetting a way is one of the commonest mistakes in a gradient that was written by hand. A finite difference finds it, because it does
# not care about ways:

# %%
print(three_ways("x*y + x", {"x": 2, "y": 3}).verify())

# %% [markdown]
# Now you can answer the question at the beginning. Each gate is visited once on the way back. It multiplies what has arrived by its local
# derivatives and sends the products on; where several arrive, they are added. When the pass is over, *every* weight has its gradient.
#
# ## Exercises
#
# **1.** The neuron with other numbers, gate by gate. A calculator helps.

# %%
Exercise(
    "sigmoid_graph",
    variant=1,
    hints=[
        "Forward from s to f, then backward: begin with the local derivative of the last gate, and multiply one more at each gate.",
        r"$\frac{\partial f}{\partial u} = -\frac{1}{u^2}$; the sum hands it on; the exponential multiplies by $p$; the minus changes the "
        "sign.",
        r"$\frac{\partial f}{\partial n} = -\frac{p}{u^2}$, $\frac{\partial f}{\partial s} = \frac{p}{u^2}$, and "
        r"$\frac{\partial f}{\partial w_0} = \frac{p}{u^2}\, x_0$",
    ],
)

# %% [markdown]
# **2.** Upstream and local, with the right names on both sides.

# %%
Exercise("upstream_and_local", variant=1)

# %% [markdown]
# **3.** The sigmoid as one gate.

# %%
Exercise("sigmoid_as_one_gate")

# %% [markdown]
# **4.** What the gates do.

# %%
Exercise(
    "gate_patterns",
    variant=1,
    hints=[
        "Go forward first: you need to know which input the maximum chose, and what the product had as inputs.",
        "A constant factor scales, a sum distributes, a maximum routes, a product switches.",
        r"$\frac{\partial L}{\partial r} = 2$, and the sum hands 2 to both sides. Then $\frac{\partial L}{\partial x} = 2y$, and of "
        r"$z$ and $w$ the larger one gets 2.",
    ],
)

# %% [markdown]
# **5.** Two ways back.

# %%
Exercise("branches")

# %% [markdown]
# ## What you take with you
#
# - Gradient = upstream times local, at each gate and for each of its inputs. No gate needs to know the rest.
# - Several gates can be folded into one: its local derivative is the product of theirs. For the sigmoid it is $f(1 - f)$.
# - A sum distributes, a maximum routes, a product switches.
# - At a tie a maximum has no derivative; what a program returns there is a convention.
# - Where a value is used several times, its gradients add.
#
# Next: [one neuron, one delta](07_one_neuron.ipynb). The number that arrived at $s$, and why all weights share it.

# %%
MyWork("my_work_06.json")
