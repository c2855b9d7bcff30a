package proof

// Copy puts every file of a log, the checkpoint last: whoever finds one finds all that it speaks of.
func Copy(signed []byte, c Checkpoint, tiles Tiles, put func(path string, data []byte) error) error {
	one := func(level int, n int64, width int) error {
		data, err := tiles(level, n, width)
		if err != nil {
			return err
		}
		if level < 0 {
			return put(BundlePath(n, width), data)
		}
		return put(TilePath(level, n, width), data)
	}
	for n := int64(0); n<<Height < c.Size; n++ {
		if err := one(-1, n, int(min(Width, c.Size-n<<Height))); err != nil {
			return err
		}
	}
	for level, count := 0, c.Size; count > 0; level, count = level+1, count>>Height {
		for n := int64(0); n<<Height < count; n++ {
			if err := one(level, n, int(min(Width, count-n<<Height))); err != nil {
				return err
			}
		}
	}
	return put("checkpoint", signed)
}
