"""What Gradio holds of an open page stays the size of the page, however much is asked there."""

import asyncio

import gradio as gr
from gradio.state_holder import StateHolder

from chat.pages.drawn import forget_replaced


async def one_component() -> tuple[gr.Blocks, gr.Markdown]:
    with gr.Blocks() as page:
        shown = gr.Markdown()
    return page, shown


def test_what_was_shown_by_components_that_are_no_more_is_let_go_of() -> None:
    page, shown = asyncio.run(one_component())
    page.state_holder = StateHolder()  # type: ignore[no-untyped-call]
    page.state_holder.set_blocks(page)
    held = page.state_holder["one"]
    opened = len(held.config_values)
    for answer in ("一", "二", "三"):  # as Gradio does where an update leaves a component as it is
        held[shown._id] = gr.Markdown(render=False)
        held[held[shown._id]._id] = gr.Markdown(render=False)
        held._update_value_in_config(held[shown._id]._id, answer)
    assert len(held.config_values) == opened + 3
    forget_replaced(page, "one")
    assert len(held.config_values) == len(held.blocks_config.blocks) == opened + 1
    assert held.config_values[held[shown._id]._id]["props"]["value"] == "三"
    assert page.blocks.keys() <= held.blocks_config.blocks.keys()
    forget_replaced(page, "never opened")
    forget_replaced(page, None)
    assert list(page.state_holder.session_data) == ["one"]
