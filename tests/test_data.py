"""Data sets by their definition, encodings, and CSV files: every error names line and column."""

import builtins
import subprocess
import sys

import numpy as np
import pytest

from derive.data import (
    DATASETS,
    Data,
    circle,
    clouds,
    clouds_start,
    digits,
    one_hot,
    read_csv,
    seven_points,
    standardise,
    xor,
)
from derive.errors import DataError, DeriveError, ShapeError
from derive.training import names_classes

# The data sets.


@pytest.mark.parametrize("name", DATASETS)
def test_every_set_is_finite_labelled_and_seeded(name):
    one, same, other = DATASETS[name](3), DATASETS[name](3), DATASETS[name](4)
    assert np.array_equal(one.X, same.X) and np.array_equal(one.Y, same.Y)
    assert np.array_equal(one.X, other.X) == (name in ("xor", "seven-points"))
    assert one.X.ndim == one.Y.ndim == 2 and len(one.X) == len(one.Y) and np.isfinite(one.X).all()
    assert one.X.shape[1] == len(one.names) and names_classes(one.Y)
    assert one.Y.shape[1] == (1 if len(one.classes) == 2 else len(one.classes))
    assert f"{len(one.X)} samples" in repr(one) and ("held out" in repr(one)) == (one.held_out is not None)


def test_xor():
    data = xor()
    assert [(x1, x2, y) for (x1, x2), [y] in zip(data.X, data.Y, strict=True)] == [
        (0, 0, 0),
        (0, 1, 1),
        (1, 0, 1),
        (1, 1, 0),
    ]


def test_seven_points():
    data = seven_points()
    assert data.X.shape == (7, 2) and data.Y[:, 0].tolist() == [0, 0, 1, 1, 1, 0, 1]
    assert data.X.sum(axis=0) == pytest.approx([3.7, 3.4])


def test_clouds_are_the_published_numbers():
    """The legacy generator with seed 0: the first numbers are known, and the weights are the ones drawn next."""
    data = clouds()
    assert data.X[0] == pytest.approx(np.array([1.76405235, 0.40015721]) / 2)
    random = np.random.RandomState(0)
    inner, outer = random.randn(100, 2) * 0.5, random.randn(100, 2) * 1.5 + np.array([0, 3])
    w1, w2 = random.randn(2, 16), random.randn(16, 1)
    assert np.array_equal(data.X, np.concatenate([inner, outer]))
    assert data.Y[:, 0].tolist() == [0] * 100 + [1] * 100
    start = clouds_start()
    assert np.array_equal(start["w1"], w1.T) and np.array_equal(start["w2"], w2.T)
    assert not start["b1"].any() and not start["b2"].any() and start["b1"].shape == (16,)
    assert not np.array_equal(clouds(1).X, data.X) and clouds(np.random.default_rng(0)).X.shape == (200, 2)


def test_the_circle_is_a_disc_in_a_ring():
    for count in (500, 7):
        data = circle(count, rng=1)
        r = np.hypot(*data.X.T)
        inside = data.Y[:, 0] == 1
        assert inside.sum() == count // 2 and set(data.Y[:, 0]) == {-1, 1} and data.held_out is None
        assert (r[inside] < 2.5).all() and (r[~inside] > 3.5).all() and (r <= 5).all()
    wide = circle(400, rng=1, radius=10.0)
    assert 9 < np.hypot(*wide.X.T).max() <= 10
    assert (np.sign(circle(500, rng=1).X[:250]).sum(axis=0) ** 2 < 2500).all()  # all around, not to one side


def test_digits():
    data = digits(rng=0)
    X_held, Y_held = data.held_out
    assert (len(data.X), len(X_held)) == (1438, 359) and data.X.shape[1] == 64 and data.classes == tuple(range(10))
    assert (
        data.X.min() == 0 and data.X.max() == 1 and (data.Y.sum(axis=1) == 1).all() and (Y_held.sum(axis=1) == 1).all()
    )
    from sklearn.datasets import load_digits

    known = load_digits()
    by_pixels = {row.tobytes(): label for row, label in zip(known.data / 16, known.target, strict=True)}
    assert all(by_pixels[x.tobytes()] == y.argmax() for x, y in zip(data.X, data.Y, strict=True))
    held, learned = {x.tobytes() for x in X_held}, {x.tobytes() for x in data.X}
    assert not held & learned and len(held | learned) == len(by_pixels)
    assert not np.array_equal(digits(rng=1).X, data.X)


def test_digits_without_scikit_learn_say_what_to_install(monkeypatch):
    original = builtins.__import__

    def missing(name, *rest):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(DeriveError, match=r"pip install 'derive-nn\[data\]'"):
        digits()


def test_scikit_learn_is_imported_only_where_asked_for():
    code = "import sys, derive.data; print('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_split_keeps_every_sample_once():
    data = Data(np.arange(10.0).reshape(-1, 1), np.arange(10.0).reshape(-1, 1), ("x",))
    for share, held in ((0.2, 2), (0.01, 1), (0.99, 9)):
        parts = data.split(share, rng=3)
        assert len(parts.held_out[0]) == held
        assert sorted([*parts.X[:, 0], *parts.held_out[0][:, 0]]) == list(range(10))
        assert np.array_equal(parts.X, parts.Y) and np.array_equal(*parts.held_out)
    for share in (0, 1, -0.1, 1.5):
        with pytest.raises(DeriveError, match="split"):
            data.split(share)


def test_targets_can_be_moved_for_another_output():
    data = circle(100, rng=0, held_out=0.5).with_targets(0, 1)
    again = data.with_targets(-1, 1)
    assert set(data.Y.ravel()) == set(data.held_out[1].ravel()) == {0, 1} and set(again.Y.ravel()) == {-1, 1}
    assert np.array_equal(2 * data.Y - 1, again.Y) and np.array_equal(2 * data.held_out[1] - 1, again.held_out[1])
    with pytest.raises(DataError, match="numbers, not classes"):
        Data(np.eye(2), np.eye(2)[:, :1], ("a", "b")).with_targets(0, 1)


@pytest.mark.parametrize("make", [clouds, clouds_start])
@pytest.mark.parametrize("seed", [-1, True, "0", None, 2**32, 0.5])
def test_what_is_no_seed(make, seed):
    with pytest.raises(DeriveError, match="rng"):
        make(rng=seed)


# Encodings.


def test_one_hot():
    assert one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(["b", "a", "b"]).tolist() == [[0, 1], [1, 0], [0, 1]]
    assert one_hot(["b", "a"], ["b", "a"]).tolist() == [[1, 0], [0, 1]]
    assert one_hot(np.array([1.0, 0.0]), 2).tolist() == [[0, 1], [1, 0]]
    for labels, classes, row in (([0, 3], 3, 1), ([-1], 3, 0), ([0, 0.5], 2, 1), (["c"], ["a", "b"], 0)):
        with pytest.raises(DataError, match=rf"labels\[{row}\]"):
            one_hot(labels, classes)
    with pytest.raises(ShapeError, match="one_hot"):
        one_hot([[1, 0]], 2)


def test_standardise():
    X = np.random.default_rng(0).normal(3, 5, size=(50, 3))
    X[:, 1] = 7
    Z = standardise(X)
    assert Z.mean(axis=0) == pytest.approx([0, 0, 0], abs=1e-12) and Z.std(axis=0) == pytest.approx([1, 0, 1])
    assert standardise(X[:5], like=X) == pytest.approx(Z[:5])
    for one, other in ((X, X[:, :2]), (X[0], None)):
        with pytest.raises(ShapeError, match="standardise"):
            standardise(one, like=other)
    with pytest.raises(DataError, match="like, row 2, column 1"):
        standardise(X, like=[[1, 2, 3], [1, 2, 3], [1, np.nan, 3]])


# CSV files that can be read.


@pytest.fixture
def csv(tmp_path):
    def write(text, encoding="utf-8"):
        file = tmp_path / "some.csv"
        file.write_bytes(text.encode(encoding))
        return file

    return write


def test_a_header_and_two_classes(csv):
    data = read_csv(csv("height, weight, kind\n1.5, 60, cat\n1.6, 70, dog\n2, 1e2, cat\n"))
    assert data.names == ("height", "weight") and data.classes == ("cat", "dog")
    assert data.X.tolist() == [[1.5, 60], [1.6, 70], [2, 100]] and data.Y.tolist() == [[0], [1], [0]]


def test_no_header_and_three_classes_of_numbers(csv):
    data = read_csv(csv("1,2,10\n3,4,9\n5,6,10\n7,8,-1\n"))
    assert data.names == ("column 1", "column 2") and data.classes == (-1, 9, 10)
    assert data.Y.tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 1], [1, 0, 0]]


SAME = "a,b,y\n1,2,0\n3,4,1\n"
VARIANTS = {
    "plain": SAME,
    "a byte order mark": "\ufeff" + SAME,
    "Windows lines": SAME.replace("\n", "\r\n"),
    "semicolons": SAME.replace(",", ";"),
    "tabs": SAME.replace(",", "\t"),
    "quotes": 'a,"b",y\n"1",2,"0"\n3,"4",1\n',
    "blank lines": "\n\na,b,y\n\n1,2,0\n\n3,4,1\n\n",
    "no last newline": SAME.rstrip(),
    "spaces": "a , b, y \n 1, 2 ,0\n3 ,4, 1\n",
}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_same_in_many_forms(csv, name):
    data = read_csv(csv(VARIANTS[name]))
    assert data.names == ("a", "b") and data.X.tolist() == [[1, 2], [3, 4]] and data.Y.tolist() == [[0], [1]]


def test_the_target_may_be_any_column(csv):
    file = csv("kind,a,b\ncat,1,2\ndog,3,4\n")
    for target in ("kind", 0, -3):
        data = read_csv(file, target, header=True)
        assert data.names == ("a", "b") and data.Y.tolist() == [[0], [1]] and data.X.tolist() == [[1, 2], [3, 4]]


def test_what_makes_a_target_a_number(csv):
    many = "".join(f"{k},{k}\n" for k in range(21))
    few = "".join(f"{k},{k % 20}\n" for k in range(40))
    assert read_csv(csv(many)).classes == () and read_csv(csv(many)).Y[:, 0].tolist() == list(range(21))
    assert read_csv(csv(few)).classes == tuple(range(20)) and read_csv(csv(few)).Y.shape == (40, 20)
    assert read_csv(csv("1,0.5\n2,1\n")).classes == () and read_csv(csv("1,0.5\n2,1\n"), labels=True).classes == (
        "0.5",
        "1",
    )
    assert read_csv(csv("1,0\n2,1\n"), labels=False).Y.tolist() == [[0], [1]]
    assert read_csv(csv("1,0\n2,1\n"), labels=False).classes == ()


# CSV files that cannot.

BAD = {
    "missing": ("a,b,y\n1,2,0\n3,,1\n", {}, ["line 3", "'b'", "missing"]),
    "missing, spelled": ("a,b,y\n1,2,0\n3,4,1\nNA,5,1\n", {}, ["line 4", "'a'", "missing ('NA')"]),
    "missing target": ("a,b,y\n1,2,0\n3,4,\n", {}, ["line 3", "'y'", "missing"]),
    "missing without header": ("1,2,0\n3,,1\n", {}, ["line 2", "'column 2'", "missing"]),
    "nan": ("a,b,y\n1,nan,0\n3,4,1\n", {}, ["line 2", "'b'", "nan"]),
    "infinity": ("a,b,y\n1,inf,0\n3,4,1\n", {}, ["line 2", "'b'", "'inf' is not a number"]),
    "overflow": ("a,b,y\n1,1e999,0\n3,4,1\n", {}, ["line 2", "'b'", "too large"]),
    "text": ("a,city,y\n1,2,0\n3,Rome,1\n", {}, ["line 3", "'city'", "'Rome' is not a number"]),
    "text in the first line": ("1,Rome,0\n2,Oslo,1\n", {}, ["line 1", "'column 2'", "'Rome'"]),
    "text after blank lines": ("a,b,y\n\n\n1,2,0\n\n3,x,1\n", {}, ["line 6", "'b'"]),
    "text after a cell of two lines": ('a,b,y\n1,2,"p\nq"\n3,x,r\n', {}, ["line 4", "'b'"]),
    "underscore": ("a,y\n1_0,0\n2,1\n", {}, ["line 2", "'1_0'"]),
    "decimal comma": ("a;b;y\n1,5;2;0\n3;4;1\n", {}, ["line 2", "'1,5'", "decimal point"]),
    "one class": ("a,b,y\n1,2,7\n3,4,7\n", {}, ["'y'", "one class only"]),
    "one class of text": ("a,y\n1,cat\n3,cat\n", {}, ["'y'", "'cat'", "one class only"]),
    "constant number": ("a,y\n1,0.5\n3,0.5\n", {}, ["'y'", "one class only"]),
    "one row": ("1,2,0\n", {}, ["'column 3'", "one class only"]),
    "short row": ("a,b,y\n1,2,0\n3,4\n", {}, ["line 3", "2 cells", "line 1 has 3"]),
    "long row": ("a,b,y\n1,2,0\n3,4,1,5\n", {}, ["line 3", "4 cells"]),
    "empty": ("", {}, ["empty"]),
    "only blank": ("\n \n,,\n", {}, ["empty"]),
    "only a header": ("a,b,y\n", {}, ["no rows"]),
    "no features": ("y\n0\n1\n", {}, ["at least 1"]),
    "too few features": ("a,b,y\n1,2,0\n3,4,1\n", {"inputs": 3}, ["2 columns", "3 needed", "a, b, y"]),
    "no such target": ("a,b,y\n1,2,0\n3,4,1\n", {"target": "z"}, ["'z'", "a, b, y"]),
    "no such number": ("a,b,y\n1,2,0\n3,4,1\n", {"target": 3}, ["3", "a, b, y"]),
    "a name twice": ("a,a,y\n1,2,0\n3,4,1\n", {}, ["line 1", "'a'"]),
    "open quote": ('a,b,y\n1,"2,0\n3,4,1\n', {}, ["line 2", "quotes"]),
    "a header of numbers": ("0,1,y\n1,2,0\n3,4,1\n", {}, ["line 1", "'y' is text", "header=True"]),
}


@pytest.mark.parametrize("name", BAD)
def test_an_error_names_the_place(csv, name):
    text, settings, said = BAD[name]
    with pytest.raises(DataError) as caught:
        read_csv(csv(text), **settings)
    assert "some.csv" in str(caught.value)
    for part in said:
        assert part in str(caught.value), str(caught.value)


def test_files_that_cannot_be_read(csv, tmp_path):
    for path, said in ((tmp_path / "none.csv", "No such file"), (tmp_path, "directory"), ("\0", "null")):
        with pytest.raises(DataError, match=said):
            read_csv(path)
    with pytest.raises(DataError, match="byte 6 is not UTF-8"):
        read_csv(csv("a,b,y\né,2,0\n", encoding="latin-1"))
