"""Linear algebra on matrices (..., n, m)."""

from contextlib import suppress
from typing import Any, ClassVar

from shapecheck import dims, need, params
from shapecheck.layers._op import Op, numbers, of_rank, op, shape_of


class OfMatrices(Op):
    """Matrices (..., n, m), square ones where it says so."""

    square = False
    verb = "needs square matrices, and cannot take"

    def matrices(self, np, x):
        """The sizes in front, and those of a matrix."""
        of_rank(x, 2, params.MAX_RANK)
        *batch, n, m = shape_of(x)
        if self.square and not numbers(np):
            need.equal(n, m, verb=self.verb, axis=x.ndim - 1)
        return batch, n, m

    def rule(self, np, x):
        sizes = self.matrices(np, x)
        return self.solved(np, x) if numbers(np) else self.sized(np, x, *sizes)

    def sized(self, np, x, batch, n, m):
        """The outputs as far as their shapes go."""
        return x

    def solved(self, np, x):
        """The outputs in numbers."""
        raise NotImplementedError


_SQUARE = ("| (n, 3, 3) -> (n, 3, 3)", "| (n, 3, 4) !! SC301", "| (3) !! SC302")


class Square(OfMatrices):
    """A square matrix for each."""

    square = True
    examples: ClassVar[tuple[str, ...]] = _SQUARE


def positive(np, x):
    """The Cholesky factor of each matrix, nan for one that is not positive definite."""
    made = np.full(x.shape, np.nan, x.dtype)
    for at in np.ndindex(x.shape[:-2]):
        with suppress(np.linalg.LinAlgError):
            made[at] = np.linalg.cholesky(x[at])
    return made


def inverse(np, x):
    """The inverse of each matrix, nan for one that has none."""
    made = np.full(x.shape, np.nan, x.dtype)
    for at in np.ndindex(x.shape[:-2]):
        with suppress(np.linalg.LinAlgError):
            made[at] = np.linalg.inv(x[at])
    return made


@op
class Cholesky(Square):
    """The lower triangular L with L L^T = x, or with `upper` the upper triangular U with U^T U = x."""

    upper: params.Flag = False

    examples = (*_SQUARE, "upper: true | (n, 3, 3) -> (n, 3, 3)")

    def solved(self, np, x):
        factor = positive(np, x)
        return np.swapaxes(factor, -1, -2) if self.upper else factor


@op
class CholeskyInverse(Square):
    """The inverse of L L^T (of U^T U with `upper`) from its triangular factor x."""

    upper: params.Flag = False

    examples = (*_SQUARE, "upper: true | (n, 3, 3) -> (n, 3, 3)")

    def solved(self, np, x):
        turned = np.swapaxes(x, -1, -2)
        return inverse(np, turned @ x if self.upper else x @ turned)


@op
class Inv(Square):
    """The inverse."""

    def solved(self, np, x):
        return inverse(np, x)


@op
class Det(OfMatrices):
    """The determinant."""

    square = True
    examples = ("| (n, 3, 3) -> (n)", "| (3, 3) -> ()", "| (n, 3, 4) !! SC301", "| (3) !! SC302")

    def sized(self, np, x, batch, n, m):
        return np.zeros(batch)

    def solved(self, np, x):
        return np.linalg.det(x)


@op
class Logdet(OfMatrices):
    """The logarithm of the determinant of positive definite matrices."""

    square = True
    examples = ("| (n, 3, 3) -> (n)", "| (n, 3, 4) !! SC301", "| (3) !! SC302")

    def sized(self, np, x, batch, n, m):
        return np.zeros(batch)

    def solved(self, np, x):
        return 2 * np.sum(np.log(np.diagonal(positive(np, x), axis1=-2, axis2=-1)), axis=-1)


@op
class Slogdet(OfMatrices):
    """The sign of the determinant, and the logarithm of its absolute value."""

    square = True
    examples = ("| (n, 3, 3) -> (n), (n)", "| (n, 3, 4) !! SC301", "| (3) !! SC302")

    def gives(self, x):
        return [x, x]

    def sized(self, np, x, batch, n, m):
        return [np.zeros(batch)] * 2

    def solved(self, np, x):
        return list(np.linalg.slogdet(x))


@op
class Eigh(OfMatrices):
    """The eigenvalues of symmetric matrices in rising order, and the eigenvectors as columns."""

    square = True
    examples = ("| (n, 3, 3) -> (n, 3), (n, 3, 3)", "| (n, 3, 4) !! SC301", "| (3) !! SC302")

    def gives(self, x):
        return [x, x]

    def sized(self, np, x, batch, n, m):
        return [np.zeros((*batch, n)), x]

    def solved(self, np, x):
        return list(np.linalg.eigh(x))


@op
class Eig(Eigh):
    """The eigenvalues of matrices, and the eigenvectors as columns; both are complex numbers."""

    def gives(self, x):
        name = "complex128" if x in ("float64", "complex128") else "complex64"
        return [name, name]

    def solved(self, np, x):
        return list(np.linalg.eig(x))


@op
class LuFactor(OfMatrices):
    """The triangular factors of a matrix in one, and for each row the one that it was exchanged with."""

    examples = ("| (n, 3, 4) -> (n, 3, 4), (n, 3)", "| (3) !! SC302")

    def gives(self, x):
        return [x, "int32"]

    def sized(self, np, x, batch, n, m):
        return [x, np.zeros((*batch, dims.minimum(n, m)))]

    def solved(self, np, x):
        made, rows = x.copy(), min(x.shape[-2:])
        pivots = np.zeros((*x.shape[:-2], rows), "int32")
        for at in np.ndindex(x.shape[:-2]):
            a = made[at]
            for k in range(rows):
                best = k + int(np.argmax(np.abs(a[k:, k])))
                pivots[at][k] = best
                a[[k, best]] = a[[best, k]]
                if a[k, k] != 0:
                    a[k + 1 :, k] /= a[k, k]
                    a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
        return [made, pivots]


Mode: Any = params.one_of("reduced", "complete")


@op
class Qr(OfMatrices):
    """x = q r with orthonormal columns q and an upper triangle r; `complete` for a square q."""

    mode: Mode = "reduced"

    examples = (
        "| (n, 5, 3) -> (n, 5, 3), (n, 3, 3)",
        "mode: complete | (n, 5, 3) -> (n, 5, 5), (n, 5, 3)",
        "| (3) !! SC302",
        "mode: full | (3, 3) !! SC114",
    )

    def gives(self, x):
        return [x, x]

    def sized(self, np, x, batch, n, m):
        k = dims.minimum(n, m) if self.mode == "reduced" else n
        return [np.zeros((*batch, n, k)), np.zeros((*batch, k, m))]

    def solved(self, np, x):
        return list(np.linalg.qr(x, self.mode))


@op
class SVD(OfMatrices):
    """The singular values s of x = u diag(s) v, with u and v where `compute_uv`; square ones with `full_matrices`."""

    full_matrices: params.Flag = True
    compute_uv: params.Flag = True

    examples = (
        "| (n, 5, 3) -> (n, 5, 5), (n, 3), (n, 3, 3)",
        "full_matrices: false | (n, 5, 3) -> (n, 5, 3), (n, 3), (n, 3, 3)",
        "compute_uv: false | (n, 5, 3) -> (n, 3)",
        "| (3) !! SC302",
    )

    def gives(self, x):
        return [x, x, x] if self.compute_uv else x

    def sized(self, np, x, batch, n, m):
        k = dims.minimum(n, m)
        s = np.zeros((*batch, k))
        if not self.compute_uv:
            return s
        left, right = (n, m) if self.full_matrices else (k, k)
        return [np.zeros((*batch, n, left)), s, np.zeros((*batch, right, m))]

    def solved(self, np, x):
        made = np.linalg.svd(x, full_matrices=self.full_matrices, compute_uv=self.compute_uv)
        return list(made) if self.compute_uv else made


@op
class Pinv(OfMatrices):
    """The pseudoinverse (..., m, n); singular values below `rcond` times the largest count as 0."""

    rcond: params.Alpha = None

    examples = ("| (n, 3, 4) -> (n, 4, 3)", "rcond: 0.1 | (3, 4) -> (4, 3)", "| (3) !! SC302")

    def sized(self, np, x, batch, n, m):
        return np.zeros((*batch, m, n))

    def solved(self, np, x):
        least = 10 * max(x.shape[-2:], default=1) * np.finfo(x.dtype).eps if self.rcond is None else self.rcond
        return np.linalg.pinv(x, rcond=least)


@op
class MatrixRank(OfMatrices):
    """The rank: how many singular values are above `tol`."""

    tol: params.Alpha = None

    examples = ("| (n, 3, 4) -> (n)", "tol: 0.1 | (3, 4) -> ()", "| (3) !! SC302")

    def gives(self, x):
        return "int32"

    def sized(self, np, x, batch, n, m):
        return np.zeros(batch)

    def solved(self, np, x):
        return np.linalg.matrix_rank(x, self.tol)
