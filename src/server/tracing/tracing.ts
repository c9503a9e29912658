// Makes spans of the work that is told of, and sends them by OTLP over HTTP; loaded only where that is configured.
import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-base'
import type { OperationsSettings } from '../../config/operations-settings.ts'
import { hideText } from '../../log/redact.ts'
import { readTraceId, type Work, workChannel } from '../../log/work.ts'

const kinds: Readonly<Record<Work['kind'], SpanKind>> = {
  request: SpanKind.SERVER,
  operation: SpanKind.INTERNAL,
  stage: SpanKind.INTERNAL,
  statement: SpanKind.CLIENT,
  attempt: SpanKind.CLIENT,
}

/** Starts to follow; the function returned sends what is left and ends it. */
export function startTracing({
  endpoint,
  service,
}: NonNullable<OperationsSettings['tracing']>): () => Promise<void> {
  const ids = createIds()
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    idGenerator: ids.generator,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }))],
  })
  const tracer = provider.getTracer('metaloom')
  const stopFollowing = follow((work, around) => ids.within(work.traceId, () => begin(tracer, work, around)))
  return async () => {
    stopFollowing()
    await provider.shutdown().catch(() => undefined)
  }
}

/** Ids of new traces: random, but for the one span that is begun within an id. */
function createIds() {
  const random = new RandomIdGenerator()
  let wanted: string | undefined
  const generator: IdGenerator = {
    generateTraceId: () => wanted ?? random.generateTraceId(),
    generateSpanId: () => random.generateSpanId(),
  }
  return {
    generator,
    within<T>(traceId: string | undefined, run: () => T): T {
      wanted = traceId
      try {
        return run()
      } finally {
        wanted = undefined
      }
    },
  }
}

/** Carries the span that runs around along, whatever is awaited. */
function follow(beginSpan: (work: Work, around: Span | undefined) => Span): () => void {
  const around = new AsyncLocalStorage<Span>()
  const open = new WeakMap<Work, Span>()
  workChannel.start.bindStore(around, (work) => {
    const span = beginSpan(work, around.getStore())
    open.set(work, span)
    return span
  })
  const followers = {
    error(work: Work & { error: unknown }) {
      const { error } = work
      const message = hideText(error instanceof Error ? error.message : String(error))
      open.get(work)?.setStatus({ code: SpanStatusCode.ERROR, message })
    },
    asyncEnd: (work: Work) => open.get(work)?.end(),
  }
  workChannel.error.subscribe(followers.error as (message: unknown) => void)
  workChannel.asyncEnd.subscribe(followers.asyncEnd as (message: unknown) => void)
  return () => {
    workChannel.start.unbindStore(around)
    workChannel.error.unsubscribe(followers.error as (message: unknown) => void)
    workChannel.asyncEnd.unsubscribe(followers.asyncEnd as (message: unknown) => void)
  }
}

function begin(tracer: Tracer, work: Work, around: Span | undefined): Span {
  const parent = readParent(work.parent) ?? (work.traceId === undefined ? around?.spanContext() : undefined)
  const context = parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT
  const span = tracer.startSpan(work.name, { kind: kinds[work.kind], attributes: { ...work.facts } }, context)
  const { traceId, spanId, traceFlags } = span.spanContext()
  work.traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
  return span
}

function readParent(traceparent: string | undefined) {
  const traceId = readTraceId(traceparent)
  if (traceparent === undefined || traceId === undefined) return undefined
  const [, , spanId = '', flags = '00'] = traceparent.split('-')
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true }
}
