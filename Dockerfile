# syntax=docker/dockerfile:1
# The service as an image: docker build -t reportqa .
# With the models inside, for machines without a network (1.6 GB more): docker build --build-arg MODELS=baked -t reportqa .
ARG PYTHON=3.11-slim-bookworm
ARG MODELS=mounted

FROM python:${PYTHON} AS build
# torch by itself first, from the index of CPU builds: the general one is several GB larger.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/reportqa && /opt/reportqa/bin/pip install --upgrade "pip>=24.1"
RUN /opt/reportqa/bin/pip install --index-url "${TORCH_INDEX}" torch==2.13.0
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY ingest ingest
COPY index index
COPY chat chat
RUN /opt/reportqa/bin/pip install . && /opt/reportqa/bin/pip check

# Each way of MODELS is a stage of its own, so that only the one that is asked for is built.
FROM build AS models-mounted
RUN mkdir /models

FROM build AS models-baked
COPY deploy/reportqa.toml /etc/reportqa/reportqa.toml
# xllamacpp needs it even to be asked for its version; the final image has it too.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN sed -i 's#^folder = "/var/lib/reportqa/models"#folder = "/models"#' /etc/reportqa/reportqa.toml \
    && /opt/reportqa/bin/reportqa --config /etc/reportqa/reportqa.toml model fetch

FROM models-${MODELS} AS models

FROM python:${PYTHON} AS service
# llama.cpp's library is built with OpenMP and does not bring it along.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 reportqa \
    && useradd --uid 10001 --gid reportqa --no-create-home --home-dir /var/lib/reportqa --shell /usr/sbin/nologin reportqa \
    && install --directory --owner reportqa --group reportqa --mode 0750 /var/lib/reportqa
COPY --from=build /opt/reportqa /opt/reportqa
COPY --from=models --chown=reportqa:reportqa /models /var/lib/reportqa/models
COPY deploy/reportqa.toml /etc/reportqa/reportqa.toml
ENV PATH=/opt/reportqa/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    REPORTQA_CONFIG=/etc/reportqa/reportqa.toml \
    HF_HUB_OFFLINE=1
USER 10001:10001
WORKDIR /var/lib/reportqa
VOLUME /var/lib/reportqa
EXPOSE 7860
STOPSIGNAL SIGTERM
# The first start reads the reports and builds the index, which takes longer than any probe should wait.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
ENTRYPOINT ["reportqa"]
CMD ["chat"]
