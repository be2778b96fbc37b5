"""A client in another language: joins a room, greets, and echoes what others
say. "Say it better" edits its greeting, "Take it back" deletes it.
Usage: echo.py ws://HOST:PORT/ws?v=1 ROOM"""

import asyncio
import json
import sys

import websockets


async def main(url: str, room: str) -> None:
    async with websockets.connect(url) as socket:

        async def say(kind: str, **payload: str | int) -> None:
            await socket.send(json.dumps({"type": kind, "payload": payload}))

        await say("join", roomId=room)
        await say("message", message="Python is here")
        me = greeting = None
        async for text in socket:
            frame = json.loads(text)
            payload = frame.get("payload") or {}
            if frame["type"] == "joined":
                me = payload["you"]["id"]
            elif frame["type"] != "message":
                continue
            elif payload["author"]["id"] == me:
                greeting = greeting or payload["offset"]
            elif payload["message"] == "Say it better":
                await say("edit", roomId=room, target=greeting, message="Good morning from Python")
            elif payload["message"] == "Take it back":
                await say("delete", roomId=room, target=greeting)
            else:
                print(f"{payload['author']['name']}: {payload['message']}", flush=True)
                await say("message", message=f"You said: {payload['message']}")


asyncio.run(main(*sys.argv[1:]))
