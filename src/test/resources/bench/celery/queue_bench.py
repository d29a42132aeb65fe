"""Celery's side of the queue's benchmark: the tasks of its workers, and the clients that send them.

The benchmark starts the workers with `celery -A queue_bench worker` and the clients with `queue_bench.py COMMAND`. The
environment says which broker and how; a client prints one line of JSON. All times are of the machine's monotonic clock,
which all processes share.
"""
import json
import multiprocessing
import os
import sys
import time

from celery import Celery, group
from kombu import Exchange, Queue

BROKER = os.environ["BENCH_BROKER"]
QUEUE = os.environ["BENCH_QUEUE"]
STARTS = os.environ["BENCH_STARTS"]
PRIORITIES = os.environ.get("BENCH_PRIORITIES") == "1"
REDIS = BROKER.startswith("redis")
# Redis takes its lists in the order of their numbers, RabbitMQ the highest number first.
LEVELS = {"high": 0, "low": 9} if REDIS else {"high": 10, "low": 0}

app = Celery("queue_bench", broker=BROKER)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=os.environ.get("BENCH_ACKS_LATE") == "1",
    worker_prefetch_multiplier=int(os.environ.get("BENCH_PREFETCH", "1")),
    task_default_queue=QUEUE,
    task_queues=[
        Queue(
            QUEUE,
            Exchange(QUEUE),
            routing_key=QUEUE,
            durable=True,
            queue_arguments={"x-max-priority": 10} if PRIORITIES and not REDIS else None,
        )
    ],
    task_default_delivery_mode="persistent",
    worker_send_task_events=False,
)
if REDIS:
    options = {"visibility_timeout": float(os.environ.get("BENCH_VISIBILITY", "3600"))}
    if PRIORITIES:
        options.update(priority_steps=list(range(10)), sep=":", queue_order_strategy="priority")
else:
    options = {"confirm_publish": os.environ.get("BENCH_CONFIRM") == "1"}
app.conf.broker_transport_options = options

starts = -1


@app.task(name="bench.run")
def run(kind, sent, millis):
    """Notes when it starts, then sleeps."""
    global starts
    now = time.monotonic()
    if starts < 0:
        starts = os.open(STARTS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(starts, f"{kind} {sent!r} {now!r} {os.getppid()}\n".encode())
    if millis:
        time.sleep(millis / 1000)


def send(producer, kind, millis, level):
    options = {"priority": LEVELS[level]} if PRIORITIES else {}
    run.apply_async((kind, time.monotonic(), millis), producer=producer, **options)


def submit_for(seconds, batch, ready, results):
    """One producer: a message at a time, or a group of them."""
    millis = []
    with app.producer_pool.acquire(block=True) as producer:
        send(producer, "warm-up", 0, "low")
        ready.wait()
        begin = now = time.monotonic()
        while now < begin + seconds:
            if batch == 1:
                send(producer, "submit", 0, "low")
            else:
                group(run.s("submit", now, 0) for _ in range(batch)).apply_async(producer=producer)
            then = time.monotonic()
            millis.append((then - now) * 1000)
            now = then
    results.put((millis, now - begin))


def submit(seconds, producers, batch):
    """As many as will go in that time, by several processes."""
    results = multiprocessing.Queue()
    ready = multiprocessing.Barrier(int(producers))
    clients = [
        multiprocessing.Process(target=submit_for, args=(float(seconds), int(batch), ready, results))
        for _ in range(int(producers))
    ]
    for client in clients:
        client.start()
    done = [results.get() for _ in clients]
    for client in clients:
        client.join()
    return {"millis": [each for millis, _ in done for each in millis], "seconds": max(took for _, took in done)}


def pace(count, interval_millis, kind, task_millis, level):
    """One after the other at a steady pace; without an interval as fast as they will go."""
    begin = time.monotonic()
    with app.producer_pool.acquire(block=True) as producer:
        for i in range(int(count)):
            wait = begin + i * float(interval_millis) / 1000 - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            send(producer, kind, float(task_millis), level)
    return {}


def flood(seconds, keep, kind, task_millis):
    """Keeps so many urgent tasks ready all the time; whatever else waits is there before."""
    begin = time.monotonic()
    sent = 0
    with app.producer_pool.acquire(block=True) as producer:
        others = ready(producer)
        while time.monotonic() - begin < float(seconds):
            for _ in range(int(keep) - (ready(producer) - others)):
                send(producer, kind, float(task_millis), "high")
                sent += 1
            time.sleep(0.005)
    return {"sent": sent, "end": time.monotonic()}


def ready(producer):
    """Messages that wait for a worker; of Redis, those in the list of the urgent."""
    channel = producer.channel
    if REDIS:
        return channel.client.llen(channel._q_for_pri(QUEUE, LEVELS["high"]))
    return channel.queue_declare(QUEUE, passive=True).message_count


def memory():
    """Bytes that Redis holds."""
    with app.connection_for_write() as connection:
        return {"bytes": connection.default_channel.client.info("memory")["used_memory"]}


def versions():
    import celery
    import kombu

    return {"celery": celery.__version__, "kombu": kombu.__version__}


if __name__ == "__main__":
    commands = {each.__name__: each for each in (submit, pace, flood, memory, versions)}
    print(json.dumps(commands[sys.argv[1]](*sys.argv[2:])))
