from __future__ import annotations

import os
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import IntegrityError, connection

from bench.baseline.models import Conversation, Key, Message

Frame = dict[str, Any]


class TalkConsumer(AsyncJsonWebsocketConsumer):
    """Either side of one talk; the path says which."""

    async def connect(self) -> None:
        self.author = self.scope["path"].rpartition("/")[2]
        self.group = ""
        await self.accept()

    async def disconnect(self, code: int) -> None:
        if self.group:
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive_json(self, content: Frame, **kwargs: Any) -> None:
        if content["type"] == "hello":
            await self.hello(content)
        elif content["type"] == "say":
            await self.say(content)
        elif content["type"] == "report":
            await self.report()

    async def hello(self, content: Frame) -> None:
        conversation = await Conversation._default_manager.aget(secret=content["secret"])
        self.conversation = conversation.pk
        # What comes in is opened under the key that the socket has had since its hello.
        self.opens = AESGCM(bytes((await Key._default_manager.aget(pk=conversation.pk)).key))
        self.group = f"talk.{conversation.pk.hex}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.send_json({"type": "welcome", "conversation": str(conversation.pk)})

    async def say(self, content: Frame) -> None:
        # One query: is the talk still going on, and under which key?
        row = await Key._default_manager.filter(
            pk=self.conversation, conversation__ended_at__isnull=True
        ).afirst()
        if row is None:
            await self.send_json({"type": "error", "code": "ended"})
            return
        client_id = UUID(content["id"])
        nonce = os.urandom(12)
        body = nonce + AESGCM(bytes(row.key)).encrypt(
            nonce, content["text"].encode(), client_id.bytes
        )
        said = {"conversation_id": self.conversation, "author": self.author, "client_id": client_id}
        try:
            message = await Message._default_manager.acreate(**said, body=body)
        except IntegrityError:
            message = await Message._default_manager.aget(**said)
        await self.send_json(
            {"type": "said", "id": content["id"], "seq": message.pk, "at": message.at.isoformat()}
        )
        await self.channel_layer.group_send(
            self.group,
            {
                "type": "talk.message",
                "from": self.channel_name,
                "author": self.author,
                "id": client_id.bytes,
                "seq": message.pk,
                "body": body,
                "at": message.at.isoformat(),
            },
        )

    async def talk_message(self, event: Frame) -> None:
        if event["from"] == self.channel_name:
            return
        body = event["body"]
        text = self.opens.decrypt(body[:12], body[12:], event["id"]).decode()
        await self.send_json(
            {
                "type": "message",
                "seq": event["seq"],
                "from": event["author"],
                "text": text,
                "at": event["at"],
            }
        )

    async def report(self) -> None:
        """The neighbour: a query of 100 ms."""
        await database_sync_to_async(_slow)()
        await self.send_json({"type": "report"})


def _slow() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.1)")
