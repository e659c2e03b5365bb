package sandbox

import "time"

// A KeyRotation is the yearly, or otherwise regular, change of a key's material.
type KeyRotation struct {
	Days  int       `json:"days"`
	Since time.Time `json:"since,omitzero"`
}

// setting is a rotation without the date, which nobody chose.
func (r *KeyRotation) setting() *KeyRotation {
	if r == nil {
		return nil
	}
	return &KeyRotation{Days: r.Days}
}

// next is when the material changes the next time.
func (r *KeyRotation) next(now time.Time) time.Time {
	period := time.Duration(r.Days) * day
	return r.Since.Add(period * (now.Sub(r.Since)/period + 1))
}

func kmsRotationOperations() []operation {
	return []operation{
		write("EnableKeyRotation", asked(enableKeyRotation)),
		write("DisableKeyRotation", asked(disableKeyRotation)),
		read("GetKeyRotationStatus", asked(getKeyRotationStatus)),
	}
}

// yearlyRotation is the period of a rotation in days when nothing else is asked for.
const yearlyRotation = 365

var rotationPeriod = parameter{name: "RotationPeriodInDays", low: 90, high: 2560}

type enableKeyRotationInput struct {
	KeyId                string //nolint:revive // the API's own spelling
	RotationPeriodInDays *int
}

func enableKeyRotation(c *call, in *enableKeyRotationInput) (answer, error) {
	if err := refuseBreaches(codeValidation, rotationPeriod.inNumber(in.RotationPeriodInDays)); err != nil {
		return done, err
	}
	r := &KeyRotation{Days: yearlyRotation, Since: c.now}
	if in.RotationPeriodInDays != nil {
		r.Days = *in.RotationPeriodInDays
	}
	return c.setRotation(in.KeyId, r)
}

func disableKeyRotation(c *call, in *kmsKeyInput) (answer, error) {
	return c.setRotation(in.KeyId, nil)
}

func (c *call) setRotation(name string, r *KeyRotation) (answer, error) {
	k, err := c.activeKey(name)
	switch {
	case err != nil:
		return done, err
	case !k.symmetric():
		return done, noRotation(k.arn(c.account))
	case k.State == keyDisabled:
		return done, kmsDisabled(k.arn(c.account))
	}
	changed := *k
	changed.Rotation = r
	c.put(&changed)
	return done, nil
}

func noRotation(arn string) error {
	return refuse("UnsupportedOperationException", "Rotation is not supported for %s: only symmetric encryption keys whose "+
		"material AWS KMS made rotate.", arn)
}

// getKeyRotationStatus calls a key that awaits its deletion one that does not rotate, though it will again if the
// deletion is called off.
func getKeyRotationStatus(c *call, in *kmsKeyInput) (answer, error) {
	k, err := c.kmsKey(in.KeyId, byKeyOnly)
	if err != nil {
		return done, err
	}
	if !k.symmetric() {
		return done, noRotation(k.arn(c.account))
	}
	status := struct {
		KeyId                string //nolint:revive // the API's own spelling
		KeyRotationEnabled   bool
		RotationPeriodInDays int    `json:",omitempty"`
		NextRotationDate     *int64 `json:",omitempty"`
	}{KeyId: k.arn(c.account)}
	if r := k.Rotation; r != nil && k.State != keyPendingDeletion {
		status.KeyRotationEnabled, status.RotationPeriodInDays = true, r.Days
		status.NextRotationDate = epochSeconds(r.next(c.now))
	}
	return answer{json: status}, nil
}
