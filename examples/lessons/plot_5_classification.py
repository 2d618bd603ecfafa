"""5. Classification: will I pass this class?
==========================================

A *classifier* says to which class something belongs. Ours looks at how many lectures a student attended, and
how many hours they spent on the project. It says whether they will pass, and then their grade, A to F.
"""

import numpy as np
from matplotlib import pyplot as plt

import dlcore
from dlcore.layers import Dense, Input

plt.rcParams.update(dlcore.plots.STYLE)
rng = np.random.default_rng(0)
x = rng.uniform(0, [12, 30], size=(400, 2)).astype(np.float32)  # 400 former students
points = 4 * x[:, 0] + 2 * x[:, 1] + rng.normal(0, 6, 400)  # luck plays a part
passed = (points > 50).astype(int)

# %%
# **Before training** the weights are random numbers. The net is 2-3-1: two inputs, three hidden ReLU units,
# one output. The sum in the output unit is the *logit*: any number. The sigmoid makes a probability of it.
# From 0.5 on, where the logit is 0, the answer is "passes". One student attended 6 lectures, spent 18 hours,
# and passed. The net gives them 10 %: their logit is -2.19.

student = np.array([[6.0, 18.0]], dtype=np.float32)
dlcore.utils.set_random_seed(92)
model = dlcore.Sequential([Input((2,)), Dense(3, activation="relu"), Dense(1, activation="sigmoid")])
before = model(student)[0, 0]
logit = np.log(before / (1 - before))  # the sigmoid, backwards


def draw(title):
    ax = dlcore.plots.decision_boundary(model, x, passed)
    ax.scatter(*student[0], marker="*", s=300, color="black", edgecolors="white")
    ax.legend(["failed", "passed", "our student"], loc="upper right", frameon=True)
    ax.set(title=title, xlabel="lectures attended", ylabel="hours on the project")


draw("Before training")

# %%
# **After training** the surface of probabilities rises across the line that the students themselves drew, and
# the same student gets 92 %. The net is right about 91.0 % of the students. The rest is luck.

model.compile(dlcore.optimizers.Adam(learning_rate=0.01), "binary_crossentropy", metrics=["accuracy"])
model.fit(x, passed, epochs=200, verbose=0)
after, accuracy = model(student)[0, 0], model.evaluate(x, passed, verbose=0)[1]
draw("After training")
dlcore.plots.network(model, inputs=["lectures", "hours"], outputs=["passes"]).set_title("What it learned")

# %%
# **More than two classes.** For grades the net gets six outputs, one a grade. *Softmax* makes probabilities
# of six logits: none is negative, and together they are 1. Our student gets a D, 49 %, or an E, 45 %.

grades = list("ABCDEF")
grade = np.digitize(-points, [-90, -80, -70, -60, -50])  # more than 90 points are an A, number 0
grader = dlcore.Sequential([Input((2,)), Dense(16, activation="relu"), Dense(6, activation="softmax")])
grader.compile(dlcore.optimizers.Adam(learning_rate=0.01), "sparse_categorical_crossentropy")
grader.fit(x, grade, epochs=300, verbose=0)
probabilities = grader(student)[0]
ax = dlcore.plots.decision_boundary(grader, x, grade)
ax.set(title="The most likely grade", xlabel="lectures attended", ylabel="hours on the project")
ax.legend(grades, loc="upper left", bbox_to_anchor=(1, 1))
plt.figure(figsize=(5.6, 3)).add_subplot().bar(grades, probabilities, color=dlcore.plots.COLOURS[:6])
plt.gca().set(title=f"Our student: {probabilities.sum():.0%} in all", xlabel="grade", ylabel="probability")

# %%
# **Try next:** give the net a third input, hours of sleep. What else must change?
plt.show()
