"""The OpenAI protocol, served: `/v1/…`, raw ASGI beside the API's own paths."""
