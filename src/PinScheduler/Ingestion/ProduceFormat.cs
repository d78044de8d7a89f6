namespace PinScheduler.Ingestion;

internal enum ProduceFormat
{
    Json,
    Binary,
}
