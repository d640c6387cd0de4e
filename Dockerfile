# One image for the three processes: API, worker, command line.
#   docker build -t pricing-service . && docker run -p 8000:8000 -e PRICING_SERVICE_SECRET=… pricing-service

FROM python:3.11-slim AS build
WORKDIR /source
RUN python -m venv /opt/venv && pip install --no-cache-dir 'uv>=0.9,<1'
# The dependencies first: they change seldom, and this layer is the slow one. Every file has its hash.
COPY requirements-runtime.lock ./
RUN uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes -r requirements-runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY models ./models
COPY pricing_service ./pricing_service
COPY experiments ./experiments
COPY api ./api
RUN uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python --no-deps .

FROM python:3.11-slim
LABEL org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.title="pricing-service"
RUN useradd --create-home --uid 10001 pricing \
    && install -d -o pricing -g pricing /data
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PRICING_SERVICE_DATA_FOLDER=/data
USER pricing
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
ENTRYPOINT ["pricing-service"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
