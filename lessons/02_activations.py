# %% [markdown]
# # 2. Activations: why a neuron bends its line
#
# A neuron adds up its inputs, $z = w x + b$, and then does one more thing: it puts $z$ through a curve. Why the curve? And why *this*
# curve, and not a step, which is simpler? In this lesson you bend lines yourself, and you find out what the curve costs: a slope that
# can nearly vanish.
#
# You need lesson 1 (a neuron as a line that decides) and the derivative of $e^x$. About 30 minutes.

# %%
from derive import Dense, Network, sigmoid
from derive.grading import Task
from derive.identities import identity_derivation
from derive.slopes import slope_derivation
from derive.widgets import Curve, Exercise, MyWork, Saturation, Stepper

# %% [markdown]
# ## From a step to a slope
#
# The perceptron of lesson 1 decided with a step: 0 below the line, 1 above. The sigmoid
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# does nearly the same, but without the jump.
#
# **Before you look at the next figure:** think of $\sigma(w x + b)$ as a curve over $x$. What does a larger $w$ do to it?

# %%
Exercise(
    Task.pick(
        "Prediction: a larger w",
        ["the curve moves to the left", "the curve becomes steeper", "the curve becomes taller", "nothing changes"],
        "the curve becomes steeper",
        why={
            "the curve becomes taller": "the sigmoid stays between 0 and 1, whatever goes in",
            "the curve moves to the left": "that is what b does",
            "nothing changes": "x = 1 gives sigma(w + b), which depends on w",
        },
    )
)

# %% [markdown]
# Now move the sliders. Tab takes you from slider to slider, the arrow keys move them.
#
# - Let $w$ grow. What does the curve look like at $w = 10$? What remains of the slope away from the middle?
# - Where is the curve steepest? Move $x$ there. Change $b$: where is the steepest place now?

# %%
Curve("sigma(w*x + b)", x=(-3, 3), at=0.5, parameters={"w": (-10, 10, 2), "b": (-5, 5, 0)})

# %% [markdown]
# The steepest place is where $w x + b = 0$, so at $x = -b/w$, and the slope there is $w/4$. A large $w$ makes a step of it; but then
# the slope is practically 0 everywhere else. Keep this in mind: learning will move the weights along slopes.
#
# ## The slope, line by line
#
# The right-hand picture above was drawn from a formula for $\sigma'(z)$. Here it is, one step at a time. Ask for a *hint* (which
# rule?) before you ask for the *line*: can you write it yourself?

# %%
Stepper(slope_derivation(sigmoid))

# %% [markdown]
# Look at the last line again: $\sigma'(z) = \sigma(z)\,(1 - \sigma(z))$. Once the neuron has computed its output $a$, its slope is
# $a(1-a)$: one subtraction and one product, no exponential function. All of backpropagation lives on this small economy.
#
# ## Two more curves, and how they are related
#
# The hyperbolic tangent goes from $-1$ to $1$. Is it really something new? Compare it with a sigmoid that is stretched and moved
# down:

# %%
Curve("tanh(x)", x=(-4, 4), at=0.5, beside={"σ(x)": "sigma(x)", "2 σ(2x) − 1": "2*sigma(2*x) - 1"})

# %%
Stepper(identity_derivation("tanh by sigma"))

# %% [markdown]
# So a hidden layer of tanh neurons can do exactly what one of sigmoid neurons can. Double the weights and the bias of each neuron, and the
# next layer undoes the stretching and the moving with its own weights and biases. This does not help at the output, because no layer comes
# after it: a sigmoid says numbers from 0 to 1 there, tanh numbers from $-1$ to $1$. And the two do not *learn* alike, because their slopes
# differ: at $z = 0$ the sigmoid has the slope 1/4, tanh has the slope 1.
#
# The rectified linear unit, $\operatorname{relu}(z) = \max(0, z)$, has the slope 1 wherever it is not 0:

# %%
Curve("relu(w*x + b)", x=(-3, 3), at=1, parameters={"w": (-3, 3, 1), "b": (-3, 3, 0)})

# %% [markdown]
# At the bend itself, at $z = 0$, there is no slope. Programs must return some number there; here it is 0, and you will be told
# whenever it matters.
#
# ## Saturation
#
# A unit whose $z$ is far from 0 is *saturated*: its output hardly changes when $z$ does. Suppose the output should be 0 and $z$ is
# large, so that the unit is badly wrong. **Predict:** will it learn fast, because it is so wrong?
#
# The figure begins at $z = 6$ with the target $y = 0$. Some of its words come later. A *loss* is a number that says how wrong the output
# is, and you meet its two kinds in lesson 3. The $\delta$ on the right is the slope of the loss over $z$: the larger it is, the faster the
# unit learns (lesson 7). BP1 and BP4 are the names that two formulas get in lesson 10. For now compare the heights of the two curves.

# %%
Saturation(z=6.0, y=0.0)

# %% [markdown]
# With the squared error the answer is no: the slope $\sigma'(z)$ is a factor of the gradient, and it is nearly 0 just where the unit
# is most wrong. Lesson 3 looks for a loss that takes this factor away, lesson 12 shows what happens when many such factors are
# multiplied.
#
# ## From the formula to code
#
# The formulas that you have stepped through are what the code is made of. Here is a network of one neuron, written as equations and
# turned into NumPy. Find the slope in it:

# %%
neuron = Network(1, Dense(1, sigmoid))
code = neuron.compile()
print(code.source)

# %% [markdown]
# Does it survive numbers of the size 1000? Written naively, $1/(1+e^{1000})$ overflows; the generated code does not.

# %%
code.predict({"w1": [[1.0]], "b1": [0.0]}, [[-1000.0], [0.0], [1000.0]])

# %% [markdown]
# ## Exercises
#
# Check your answer as often as you like; what is wrong is said in words. Hints come in portions, three for
# each step: an idea, the rule, the line.
#
# **1.** Derive the slope of the sigmoid yourself.

# %%
Exercise("sigmoid_slope")

# %% [markdown]
# **2.** The tanh in terms of the sigmoid, and its slope in terms of itself.

# %%
Exercise(
    "tanh_by_sigma",
    hints=[
        r"For 1: multiply above and below by $e^{x}$. For 2: start from 1, with the chain rule.",
        r"$\tanh x = \frac{e^{2x} - 1}{e^{2x} + 1}$, and $\sigma(2x) = \frac{e^{2x}}{e^{2x} + 1}$; and $\sigma' = \sigma(1 - \sigma)$.",
        r"$\tanh x = 2\sigma(2x) - 1$; its slope is $4\,\sigma(2x)(1 - \sigma(2x))$, and with $\sigma(2x) = (1 + t)/2$ this is $1 - t^2$.",
    ],
)

# %% [markdown]
# **3.** Write the three activations as code. Yours will be called with $\pm 1000$, too.

# %%
Exercise(
    "write_activations",
    hints=[
        r"What goes wrong with $1/(1 + e^{-x})$ for $x = -1000$? Which function of NumPy is related to the sigmoid and does not overflow?",
        r"From exercise 2: $\sigma(x) = \tfrac12\left(1 + \tanh\tfrac{x}{2}\right)$.",
        "return 0.5 + 0.5*np.tanh(0.5*x)",
    ],
)

# %% [markdown]
# ## What you take with you
#
# - The sigmoid is a soft step; $w$ makes it steep, $b$ moves it; the steepest slope is $w/4$.
# - $\sigma' = \sigma(1-\sigma)$: the slope comes for free from the output.
# - tanh is a sigmoid in disguise; relu keeps its slope.
# - Far from 0 a sigmoid saturates: its slope, and with it learning, fades.
#
# Next: [how wrong is wrong?](03_losses.ipynb) A loss turns errors into one number.

# %%
MyWork("my_work_02.json")
