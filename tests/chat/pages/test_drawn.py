"""What Gradio holds of an open page stays the size of the page, however much is asked there."""

import asyncio

import gradio as gr
from gradio.state_holder import StateHolder

from chat.pages.drawn import forget_drawn


async def one_component() -> tuple[gr.Blocks, gr.Markdown]:
    with gr.Blocks() as page:
        shown = gr.Markdown()
    return page, shown


def test_what_was_drawn_is_let_go_of_and_so_are_components_that_are_no_more() -> None:
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
    forget_drawn(page, "one")
    assert (len(held.blocks_config.blocks), held.config_values) == (opened + 1, {})
    assert page.blocks.keys() <= held.blocks_config.blocks.keys()
    held._update_value_in_config(held[shown._id]._id, "四")  # and what is drawn next has its place
    forget_drawn(page, "never opened")
    forget_drawn(page, None)
    assert list(page.state_holder.session_data) == ["one"]
