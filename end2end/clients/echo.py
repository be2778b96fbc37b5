"""A client in another language: joins a room, greets, and echoes the first
message of somebody else. Usage: echo.py ws://HOST:PORT/ws?v=1 ROOM"""

import asyncio
import json
import sys

import websockets


async def main(url: str, room: str) -> None:
    async with websockets.connect(url) as socket:

        async def say(kind: str, **payload: str) -> None:
            await socket.send(json.dumps({"type": kind, "payload": payload}))

        await say("join", roomId=room)
        await say("message", message="Python is here")
        me = None
        async for text in socket:
            frame = json.loads(text)
            payload = frame.get("payload") or {}
            if frame["type"] == "joined":
                me = payload["you"]["id"]
            elif frame["type"] == "message" and payload["author"]["id"] != me:
                print(f"{payload['author']['name']}: {payload['message']}", flush=True)
                await say("message", message=f"You said: {payload['message']}")


asyncio.run(main(*sys.argv[1:]))
