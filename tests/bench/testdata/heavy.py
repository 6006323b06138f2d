"""A worker with imports that take their time."""

import asyncio
import decimal
import email.mime.text
import http.client
import json
import os
import ssl
import xml.dom.minidom

import brood_worker


def handle(payload):
    if payload == b"exit":
        os._exit(0)
    return payload


brood_worker.serve(handle)
