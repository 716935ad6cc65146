import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const folder = dirname(fileURLToPath(import.meta.url))

/** The adapter class as people wrote it before this package existed; only the import path is new. */
const seedClass = `
import { BaseIntegration, IntegrationProvider, IntegrationType } from '@unioneyes/core'
import type { HealthCheckResult, SyncOptions, SyncResult, WebhookEvent } from '@unioneyes/core'

class WorkdayClient {
  constructor(private readonly config: { clientId: string, clientSecret: string, tenantId: unknown }) {}
  async ping(): Promise<number> { return this.config.clientId.length }
}

export class WorkdayAdapter extends BaseIntegration {
  private client?: WorkdayClient;

  constructor() {
    super(IntegrationType.HRIS, IntegrationProvider.WORKDAY, {
      supportsFullSync: true,
      supportsIncrementalSync: true,
      supportsWebhooks: false,
      supportsRealTime: false,
      supportedEntities: ['employees', 'positions', 'departments'],
      requiresOAuth: true,
      rateLimitPerMinute: 60,
    });
  }

  async connect(): Promise<void> {
    this.ensureInitialized();
    this.client = new WorkdayClient({
      clientId: this.config!.credentials.clientId!,
      clientSecret: this.config!.credentials.clientSecret!,
      tenantId: this.config!.settings?.tenantId,
    });
    this.connected = true;
  }

  async disconnect(): Promise<void> {
    this.connected = false;
    this.client = undefined;
  }

  async healthCheck(): Promise<HealthCheckResult> {
    try {
      this.ensureConnected();
      const latencyMs = await this.client!.ping();
      return { healthy: true, status: 'active', latencyMs, lastCheckedAt: new Date() };
    } catch (error) {
      return { healthy: false, status: 'degraded', lastError: String(error), lastCheckedAt: new Date() };
    }
  }

  async sync(options: SyncOptions): Promise<SyncResult> {
    this.ensureConnected();
    const started = Date.now();
    let recordsProcessed = 0;
    for (const entity of options.entities || this.capabilities.supportedEntities) recordsProcessed += entity.length;
    return {
      success: true,
      recordsProcessed,
      recordsCreated: 0,
      recordsUpdated: 0,
      recordsFailed: 0,
      cursor: new Date().toISOString(),
      metadata: { duration: Date.now() - started },
    };
  }

  async verifyWebhook(payload: string, signature: string): Promise<boolean> { return false; }
  async processWebhook(event: WebhookEvent): Promise<void> {}
}

export const adapter: BaseIntegration = new WorkdayAdapter()
`

/** What the compiler has to say about a module beside this file, under the `strict` settings of an ordinary project. */
function problemsOf(source: string): string[] {
  const path = join(folder, 'seed-class-under-test.ts')
  const options: ts.CompilerOptions = {
    strict: true,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['@unioneyes/source'],
    allowImportingTsExtensions: true,
    types: ['node'],
    skipLibCheck: true,
    noEmit: true,
  }
  const files = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...files,
    fileExists: (name) => name === path || files.fileExists(name),
    getSourceFile: (name, version, ...rest) =>
      name === path ? ts.createSourceFile(name, source, version) : files.getSourceFile(name, version, ...rest),
    getCurrentDirectory: () => folder,
  }
  const program = ts.createProgram([path], options, host)
  return [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics(program.getSourceFile(path))].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
  )
}

test('the class of the seed compiles unchanged, and a wrong one would not', { timeout: 60_000 }, () => {
  expect(problemsOf(seedClass)).toEqual([])
  const wrong = seedClass
    .replace('requiresOAuth: true', 'requiresOAuth: 1')
    .replace("status: 'active'", "status: 'fine'")
  expect(problemsOf(wrong)).toEqual([
    "Type 'number' is not assignable to type 'boolean | undefined'.",
    expect.stringContaining(`Type '"fine"' is not assignable to type`),
  ])
})
