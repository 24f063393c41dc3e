"""Workflows for the tests of assay.temporal. Arguments: the server's address."""

import asyncio
import sys

from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker


@workflow.defn(name="Order")
class Order:
    """Waits for the signal `approve`; refused with "no"."""

    def __init__(self) -> None:
        self.by = None
        self.items = 0

    @workflow.run
    async def run(self, order=None):
        await workflow.wait_condition(lambda: self.by is not None)
        if self.by == "no":
            raise ApplicationError("refused")
        return {"by": self.by, "items": self.items, "order": order}

    @workflow.signal
    def approve(self, by) -> None:
        self.by = by

    @workflow.query
    def state(self, more=None):
        return {"items": self.items, "more": more}

    @workflow.update
    async def add(self, n: int) -> int:
        if n < 0:
            raise ApplicationError("negative")
        self.items += n
        return self.items


@workflow.defn(name="Echo")
class Echo:
    @workflow.run
    async def run(self, value=None):
        return value


async def main() -> None:
    client = await Client.connect(sys.argv[1])
    worker = Worker(
        client,
        task_queue="orders q",
        workflows=[Order, Echo],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
