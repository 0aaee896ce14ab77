"""The faults by name."""

from enum import Enum


class Fault(Enum):
    """What is done, who suffered from it first, and how it is done by each provider of services.

    Where nothing is said of providers, both do it in the same way: through Redis's or PostgreSQL's own commands, or
    because the harm is done to a process of the stack, which is never in a container.
    """

    REDIS_RESTART = "Redis restarts and has kept its data"
    """celery #8030, #8091, #8384, #8990: the worker reconnects, says so, and never consumes again.

    embedded: SIGTERM, start on the same port; container: docker stop, docker start."""
    REDIS_RESTART_EMPTY = "Redis restarts and has forgotten everything"
    """celery discussion #7276: deaf as above. celery #1789: tasks were gone without a word.

    Everything is forgotten in the same transaction that holds all clients back, then as REDIS_RESTART."""
    REDIS_SIGKILL = "Redis is killed and started again with its data"
    """celery #1307: redis-server is killed and started again, and tasks with an ETA are never run.

    embedded: SIGKILL; container: docker kill."""
    REDIS_FREEZE = "Redis is silent for a moment"
    """celery #2606, #2906: stuck in recvfrom() on a connection that both sides think is there. No error to anyone.

    embedded: SIGSTOP; container: docker pause."""
    REDIS_FREEZE_LONG = "Redis is silent for longer than its clients' health checks"
    """celery #10502: kombu looks after its connections every 25 s.

    As REDIS_FREEZE."""
    REDIS_CUT = "all connections to Redis are cut"
    """celery #10096, #10205, #10325: failovers do so, resets on the way, proxies to what is idle. CLIENT KILL."""
    REDIS_REFUSED = "Redis takes no more connections"
    """celery #2811: "max number of clients reached". CONFIG SET maxclients, and those that are there are cut."""
    REDIS_SLOW = "every answer of Redis comes late"
    """celery #4039, #5004: a far or busy Redis, and timeouts. Through a proxy of ours between worker and Redis."""
    REDIS_FULL = "Redis is out of memory and evicts nothing"
    """celery #5716: "OOM command not allowed", and the worker deadlocks. CONFIG SET maxmemory."""
    REDIS_READ_ONLY = "Redis has become a read-only replica"
    """celery #7946: a failover's old master ends the worker with an unrecoverable error. REPLICAOF."""
    REDIS_LOCKED_OUT = "Redis wants another password than everybody has"
    """celery #5433: rotated. CONFIG SET requirepass, and those that are in are cut."""
    PARTITION = "packets between worker and Redis vanish"
    """celery #10502, kombu PR #2590: neither side is told.

    Through a proxy of ours that keeps what it is given. Not by the engine's networks: workers are not in containers,
    and a container that is taken off its network loses its port on this machine."""
    WORKER_TERM = "the worker is asked to end, as every orchestrator does"
    """celery #2700, #5248, PR #7339: a warm shutdown that was none. SIGTERM."""
    WORKER_INT = "the worker is asked to end at its terminal"
    """celery #5248: the same by Ctrl-C. SIGINT."""
    WORKER_SHUTDOWN = "the worker is asked to end by remote control"
    """celery #122, PR #8650: the shutdown of remote control, of a worker with prefetched tasks. Through Redis."""
    WORKER_QUIT = "the worker is told to drop everything"
    """celery #9433, PR #9461, PR #10667: a cold shutdown, and what becomes of the task in the middle. SIGQUIT."""
    WORKER_SIGKILL = "the worker is killed with all its processes"
    """celery #14, #3501, #4984: what a container's end looks like. SIGKILL to the whole session."""
    WORKER_MAIN_SIGKILL = "the worker's main process is killed"
    """celery #102, PR #6942: its children are orphans. SIGKILL to one process."""
    WORKER_CHILD_SIGKILL = "a process of the pool is killed, as by the kernel's out-of-memory killer"
    """celery #1628, #3541: WorkerLostError, and acks late does not help. SIGKILL to the child."""
    WORKER_CHILD_CRASH = "a process of the pool crashes in a library"
    """celery #7324: the same after a library's abort(). SIGSEGV to the child."""
    WORKER_TIME_LIMIT = "a task runs into its hard time limit"
    """celery #4789, #9596: the pool kills its own process, and acknowledges the message.

    A task that waits for a locked table, --time-limit."""
    POSTGRES_RESTART = "PostgreSQL restarts"
    """celery #2996, PR #9824: a connection that was kept is dead and used again.

    embedded: SIGINT (fast), start; container: docker stop, docker start."""
    POSTGRES_DROP = "PostgreSQL drops the connections that the app keeps"
    """celery #621, PR #9824, django-celery-results #428: an idle time-out, a pooler's restart.

    pg_terminate_backend()."""
    POSTGRES_FREEZE = "PostgreSQL is silent for a moment"
    """celery #2429: reads from PostgreSQL that neither fail nor return, and a worker that stands still.

    embedded: SIGSTOP to all its processes; container: docker pause."""
    POSTGRES_CROWDED = "PostgreSQL has no connection left"
    """celery #6062: a pool's processes open more connections than there are. Every connection is taken by us."""
