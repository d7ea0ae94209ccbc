"""The description of `/v1/…` (OpenAPI 3.1), written by hand: the paths are raw ASGI."""

from typing import Any, Final

import orjson

from weft import __version__

_ERROR: Final = {"$ref": "#/components/schemas/Error"}


def _request(schema: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _answers(schema: str, *, streams: bool = False) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    if streams:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    problem = {"content": {"application/json": {"schema": _ERROR}}}
    return {
        "200": {"description": "The model's answer, as it came.", "content": content},
        "4XX": {"description": "The request cannot be done.", **problem},
        "5XX": {"description": "No model of the route answered.", **problem},
    }


_OPEN: Final = {"type": "object", "additionalProperties": True}
_SCHEMAS: Final[dict[str, Any]] = {
    "Chat": {
        **_OPEN,
        "required": ["model", "messages"],
        "properties": {
            "model": {"type": "string", "description": "A route, or provider/model."},
            "messages": {
                "type": "array",
                "minItems": 1,
                "items": {**_OPEN, "required": ["role"], "properties": {"role": {"type": "string"}}},
            },
            "stream": {"type": "boolean"},
            "max_tokens": {"type": "integer", "minimum": 1},
            "temperature": {"type": "number"},
            "tools": {"type": "array", "items": _OPEN},
            "response_format": _OPEN,
        },
    },
    "Embeddings": {
        **_OPEN,
        "required": ["model", "input"],
        "properties": {
            "model": {"type": "string"},
            "input": {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "minItems": 1}]},
        },
    },
    "Rerank": {
        **_OPEN,
        "required": ["model", "query", "documents"],
        "properties": {
            "model": {"type": "string"},
            "query": {"type": "string", "minLength": 1},
            "documents": {"type": "array", "minItems": 1},
            "top_n": {"type": "integer"},
        },
    },
    "ChatAnswer": {**_OPEN, "required": ["choices"], "properties": {"choices": {"type": "array"}}},
    "EmbeddingsAnswer": {**_OPEN, "required": ["data"], "properties": {"data": {"type": "array"}}},
    "RerankAnswer": {**_OPEN, "required": ["results"], "properties": {"results": {"type": "array"}}},
    "Model": {
        "type": "object",
        "required": ["id", "object"],
        "properties": {
            "id": {"type": "string"},
            "object": {"const": "model"},
            "created": {"type": "integer"},
            "owned_by": {"type": "string"},
        },
    },
    "Models": {
        "type": "object",
        "required": ["object", "data"],
        "properties": {
            "object": {"const": "list"},
            "data": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}},
        },
    },
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                **_OPEN,
                "required": ["message"],
                "properties": {
                    "message": {"type": "string"},
                    "type": {"type": ["string", "null"]},
                    "param": {"type": ["string", "null"]},
                    "code": {"type": ["string", "integer", "null"]},
                },
            }
        },
    },
}

DESCRIPTION: Final = orjson.dumps(
    {
        "openapi": "3.1.0",
        "info": {
            "title": "Weft's gateway",
            "version": __version__,
            "description": "The OpenAI protocol. Fields that are not described here go to the model as they are.",
        },
        "security": [{"key": []}],
        "paths": {
            "/v1/chat/completions": {
                "post": {
                    "operationId": "chat",
                    "summary": "Ask a chat model",
                    "requestBody": _request("Chat"),
                    "responses": _answers("ChatAnswer", streams=True),
                }
            },
            "/v1/embeddings": {
                "post": {
                    "operationId": "embeddings",
                    "summary": "Turn texts into vectors",
                    "requestBody": _request("Embeddings"),
                    "responses": _answers("EmbeddingsAnswer"),
                }
            },
            "/v1/rerank": {
                "post": {
                    "operationId": "rerank",
                    "summary": "Order documents by how well they answer a query",
                    "requestBody": _request("Rerank"),
                    "responses": _answers("RerankAnswer"),
                }
            },
            "/v1/models": {
                "get": {
                    "operationId": "models",
                    "summary": "The models that the key may ask",
                    "responses": _answers("Models"),
                }
            },
            "/v1/models/{model}": {
                "get": {
                    "operationId": "model",
                    "summary": "One of them",
                    "parameters": [
                        {"name": "model", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
                    ],
                    "responses": _answers("Model"),
                }
            },
        },
        "components": {"schemas": _SCHEMAS, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }
)
