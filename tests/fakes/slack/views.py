"""The Web API's views methods: modals in stacks of three, and the Home tab."""

from __future__ import annotations

from tests.fakes.slack.chat import required
from tests.fakes.slack.limits import check_view
from tests.fakes.slack.values import Json, SlackRefusal, View
from tests.fakes.slack.workspace import DEEPEST_STACK, Trigger, Workspace


def trigger_for(workspace: Workspace, arguments: Json) -> Trigger:
    return workspace.spend_trigger(
        arguments.get("trigger_id") or arguments.get("interactivity_pointer")
    )


def check_external_id(workspace: Workspace, body: Json, itself: View | None = None) -> None:
    wanted = body.get("external_id")
    taken = (v for v in workspace.open_views() if v is not itself)
    if wanted and any(v.body.get("external_id") == wanted for v in taken):
        raise SlackRefusal("duplicate_external_id")


def given_view(arguments: Json) -> Json:
    view = arguments.get("view")
    if not isinstance(view, dict):
        raise SlackRefusal("invalid_arguments", "missing required field: view [json-pointer:/view]")
    return view


def open_view(workspace: Workspace, arguments: Json) -> Json:
    body = given_view(arguments)
    check_view(body, "modal")
    check_external_id(workspace, body)
    trigger = trigger_for(workspace, arguments)
    view = workspace.new_view(trigger.user, body)
    workspace.stacks[trigger.user] = [view]
    return {"view": view.as_json()}


def push_onto(workspace: Workspace, user: str, body: Json) -> View:
    """Puts a view on the person's stack; also what response_action push does."""
    check_view(body, "modal")
    check_external_id(workspace, body)
    stack = workspace.stacks.get(user) or []
    if not stack:
        raise SlackRefusal("invalid_trigger_id", "push needs a trigger from an open modal")
    if len(stack) >= DEEPEST_STACK:
        raise SlackRefusal("push_limit_reached")
    view = workspace.new_view(user, body, under=stack[-1])
    stack.append(view)
    return view


def push_view(workspace: Workspace, arguments: Json) -> Json:
    body = given_view(arguments)
    trigger = trigger_for(workspace, arguments)
    if trigger.in_view is None:
        raise SlackRefusal("invalid_trigger_id", "the trigger did not come from a modal")
    return {"view": push_onto(workspace, trigger.user, body).as_json()}


def named_view(workspace: Workspace, arguments: Json) -> View:
    view_id, external_id = arguments.get("view_id"), arguments.get("external_id")
    for stack in workspace.stacks.values():
        for view in stack:
            if view_id == view.id or (external_id and view.body.get("external_id") == external_id):
                return view
    raise SlackRefusal("not_found")


def replace(workspace: Workspace, view: View, body: Json) -> None:
    check_view(body, "modal")
    check_external_id(workspace, body, view)
    workspace.redraw_view(view, body)


def update_view(workspace: Workspace, arguments: Json) -> Json:
    body, view = given_view(arguments), named_view(workspace, arguments)
    if arguments.get("hash") not in (None, view.hash):
        raise SlackRefusal("hash_conflict")
    replace(workspace, view, body)
    return {"view": view.as_json()}


def publish_view(workspace: Workspace, arguments: Json) -> Json:
    user = workspace.user(required(arguments, "user_id"))
    if workspace.manifest is not None and not workspace.manifest.has_home:
        raise SlackRefusal("not_enabled")
    body = given_view(arguments)
    check_view(body, "home")
    home = workspace.homes.get(user.id)
    if home is None:
        home = workspace.homes[user.id] = workspace.new_view(user.id, body)
    elif arguments.get("hash") not in (None, home.hash):
        raise SlackRefusal("hash_conflict")
    else:
        workspace.redraw_view(home, body)
    return {"view": home.as_json()}
