"""What storage can refuse.

::

    StorageError
    ├── NotFound           unknown, or another workspace's: the two are the same to the caller
    ├── AlreadyFinished    a finished analysis cannot be cancelled
    ├── AlreadyPublished   a published price book never changes
    ├── LastKey            nobody could open the workspace's doors to others any more
    ├── ContentMoved       the draft is another one than was meant: read again and repeat
    ├── EndpointDisabled   nothing is sent to this webhook endpoint until it is enabled again
    ├── TooManyEndpoints   the workspace has as many webhook endpoints as it may
    ├── RequestReused      a caller's own id of a request came again with something else
    ├── NotApproved        a proposal that not enough people have approved, or that somebody rejects
    ├── OwnProposal        who proposed or edited cannot approve
    ├── ProposalClosed     a proposal that is published or withdrawn is not voted on or edited
    ├── VersionMoved       the dataset got another version since it was read: read again and repeat
    └── KeyReused          an idempotency key came again
        ├── PayloadDiffers     with another payload
        └── StillRunning       while the first request is being answered
"""


class StorageError(Exception):
    """Root of the tree."""


class NotFound(StorageError):
    """No such object in this workspace."""

    def __init__(self, kind: str, object_id: str) -> None:
        super().__init__(f"no {kind} {object_id!r} in this workspace")
        self.kind = kind
        self.object_id = object_id


class AlreadyFinished(StorageError):
    """The analysis has reached its end; nothing is left to cancel."""


class AlreadyPublished(StorageError):
    """A published price book never changes; make a new draft of it."""


class LastKey(StorageError):
    """No other valid key with this scope would be left; make another first."""


class ContentMoved(StorageError):
    """The draft's content is not the one that was to be published; read it again."""


class EndpointDisabled(StorageError):
    """Nothing is sent to this webhook endpoint until it is enabled again."""


class TooManyEndpoints(StorageError):
    """The workspace has as many webhook endpoints as it may; delete one first."""


class RequestReused(StorageError):
    """The request id came before with something else; take a new one."""


class NotApproved(StorageError):
    """The proposal lacks approvals of exactly its content, or somebody rejects it."""


class OwnProposal(StorageError):
    """Four eyes: who proposed or edited a proposal cannot approve it."""


class ProposalClosed(StorageError):
    """The proposal is published or withdrawn; make a new one."""


class VersionMoved(StorageError):
    """Somebody else stored a version in between; read the dataset again and repeat."""


class KeyReused(StorageError):
    """An idempotency key came again in a way that has no answer to replay."""


class PayloadDiffers(KeyReused):
    """The key belongs to another request."""


class StillRunning(KeyReused):
    """The first request with this key has not been answered yet."""
