"""The models that can run here, and what a draft is asked of.

catalogue    the models that can run here
sources      where their bytes come from
partial      the file that grows
fetching     fetched, checked and found
generation   what every model has in common: pieces, token counts, errors
local_model  a GGUF model in this process (llama.cpp)
endpoint     any OpenAI-compatible service
breaker      a model that keeps failing, left alone for a while
"""
