// The figures of HdrHistogram itself, for histogram_test.cc and hgrm_test.cc to be judged by. README.md has the command.
import java.io.PrintStream;
import org.HdrHistogram.Histogram;

public class Reference {
  // The same as in reference.h.
  static long[] values() {
    long[] out = new long[20000];
    long state = 1;
    for (int i = 0; i < out.length; ++i) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      long value = 200000 + (state >>> 44);
      if (i % 100 == 99) value *= 50;
      if (i % 1000 == 999) value *= 14;
      out[i] = value;
    }
    return out;
  }

  static void write(Histogram h, String name) throws Exception {
    try (PrintStream out = new PrintStream(name + ".hgrm", "UTF-8")) {
      h.outputPercentileDistribution(out, 5, 1000000.0);
    }
    try (PrintStream out = new PrintStream(name + ".percentiles", "UTF-8")) {
      for (double p : new double[] {0, 0.001, 1, 5, 10, 11, 25, 33.333, 50, 66.667, 75, 90, 95, 99, 99.5, 99.9, 99.95,
                                    99.99, 99.999, 100}) {
        out.println(p + " " + h.getValueAtPercentile(p));
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    Histogram all = new Histogram(3);
    for (long value : values()) all.recordValue(value);
    write(all, "mixed");

    Histogram few = new Histogram(3);
    for (int i = 1; i <= 10; ++i) few.recordValue(i * 1000003L);
    write(few, "few");

    // A stall of 100 s among 10000 answers within 1 ms, expected each 10 ms.
    Histogram stalled = new Histogram(3);
    stalled.recordValueWithCount(1000000L, 10000);
    stalled.recordValue(100000000000L);
    write(stalled, "stalled");
    write(stalled.copyCorrectedForCoordinatedOmission(10000000L), "corrected");
  }
}
